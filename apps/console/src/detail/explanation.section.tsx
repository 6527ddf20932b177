import type { ReactNode } from 'react';
import type { RankedChannel, StepTrace } from '@homing/contracts';
import type { ShownExplanation } from '../api/api.types.js';
import { sentence, toneOf, words } from '../parts/wording.js';

export function Explanation({ explanation }: { explanation: ShownExplanation | null }): ReactNode {
  return (
    <section className="card" aria-labelledby="why-title">
      <h2 id="why-title">Why</h2>
      {explanation ? <Decided explanation={explanation} /> : <p className="hint">Nothing is decided yet.</p>}
    </section>
  );
}

function Decided({ explanation }: { explanation: ShownExplanation }): ReactNode {
  const { steps, ranked, excluded, policyVersion, selection } = explanation;
  return (
    <>
      <p className="lead">{explanation.sentence}</p>
      <h3>Steps</h3>
      <ol className="steps">
        {steps.map((step) => (
          <Step key={step.step} step={step} />
        ))}
      </ol>
      {ranked.length > 0 && (
        <>
          <h3>Channels, best first</h3>
          <ol className="ranked">
            {ranked.map((each) => (
              <li key={each.channel}>
                <span className="name">{words(each.channel)}</span>
                <meter min={0} max={1} value={each.score} aria-label={`score ${each.score.toFixed(2)}`} />
                <span className="num">{each.score.toFixed(2)}</span>
                <span className="hint">
                  {words(each.reason)}
                  {contributions(each)}
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
      {excluded.length > 0 && (
        <>
          <h3>Left out</h3>
          <ul className="excluded">
            {excluded.map((each) => (
              <li key={each.channel}>
                <span className="name">{words(each.channel)}</span> <span className="hint">{words(each.reason)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {selection && selection.recommendations.length > 0 && (
        <p className="hint">Recommended: {selection.recommendations.map(words).join(', ')}</p>
      )}
      <p className="hint">Policy {policyVersion}</p>
    </>
  );
}

/** What each factor adds to the score; nothing of decisions before scores had factors. */
const contributions = ({ factors }: RankedChannel): string =>
  Object.entries(factors ?? {})
    .map(([name, { contribution }]) => ` · ${spaced(name)} ${contribution.toFixed(2)}`)
    .join('');

/** `timeOfDay` -> `time of day` */
const spaced = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const OUTCOMES = { passed: 'passed', refused: 'refused', not_applicable: 'does not apply' } as const;

function Step({ step }: { step: StepTrace }): ReactNode {
  return (
    <li data-tone={toneOf(step.outcome)}>
      <span className="name">{sentence(step.step)}</span>
      <span className="outcome">{OUTCOMES[step.outcome]}</span>
      <span className="hint">
        {words(step.code)}
        {Object.entries(step.facts ?? {}).map(([name, value]) => ` · ${words(name)} ${String(value)}`)}
      </span>
    </li>
  );
}
