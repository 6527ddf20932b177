import { setImmediate as breathe } from 'node:timers/promises';
import { CHANNELS, type Channel, type FieldFault } from '@homing/contracts';
import { renderMessage } from '@homing/content';
import type { NamedThings } from '@homing/intake';
import type { Template } from '@homing/vault/registry';
import { ANYBODY, asked, type CheckedPlan, refuse } from '../take-batch/batch.check.js';
import { type FaultsByPlace, isSound, planItems } from '../take-batch/batch.items.js';
import type { ApiBatches } from '../take-batch/batch.parts.js';
import type { ChosenLead, PlannedRun } from './lead-run.plan.js';
import { isRecord, type SequenceByGrade, SKIP } from './lead-run.reader.js';

/** Leads whose letters are tried before other requests get their turn. */
const AT_ONCE = 20;

/** What one step of a sequence writes, and on which of these channels. */
interface Letter {
  /** From 1. */
  readonly step: number;
  readonly channels: readonly Channel[];
  readonly bodies: Template['bodies'];
}
/** By sequence. */
type Letters = ReadonlyMap<string, readonly Letter[]>;

/**
 * The letters of every sequence a run names.
 * @throws ProblemError for a sequence the tenant does not have
 */
export async function lettersOf(
  { named }: Pick<ApiBatches, 'named'>,
  plan: CheckedPlan,
  sequences: SequenceByGrade,
): Promise<Letters> {
  const names = [...new Set(Object.values(sequences))].filter((name) => name !== SKIP);
  const recipients = names.map((sequence) => ({ ...ANYBODY, overrides: { sequence } }));
  const { spacing: _spacing, ...envelope } = plan.envelope;
  const items = (await planItems({ ...plan, envelope: { ...envelope, recipients } })).filter(isSound);
  const found = await named(items.map((item) => asked(plan, item)));
  const chains = new Map(items.map(({ index }, i) => [names[index] ?? '', found[i]]));
  refuse(
    Object.entries(sequences)
      .filter(([, name]) => name !== SKIP && !chains.get(name)?.chain)
      .map(([grade]) => ({
        ...{ field: `sequences.${grade}`, code: 'unknown_sequence' },
        message: 'no such sequence exists for this tenant',
      })),
  );
  return new Map([...chains].map(([name, things]) => [name, lettersIn(things ?? {})]));
}

/** A step without a template of its own sends the content's; one whose template is not there is passed over. */
const lettersIn = ({ chain, template: shared }: NamedThings): Letter[] =>
  (chain?.steps ?? []).flatMap(({ step, template }, i) => {
    const bodies = (step.template === undefined ? shared : template)?.bodies;
    return bodies ? [{ step: i + 1, channels: step.channel === 'auto' ? CHANNELS : [step.channel], bodies }] : [];
  });

/** What the letters to each lead need and neither it nor the shared data has, by place: of the channels it can be reached by. */
export async function missingData(
  { taken }: Pick<PlannedRun, 'taken'>,
  letters: Letters,
  common: Readonly<Record<string, unknown>>,
): Promise<FaultsByPlace> {
  const content = common['content'];
  const shared = isRecord(content) && isRecord(content['data']) ? content['data'] : {};
  const faults = new Map<number, readonly FieldFault[]>();
  for (const [place, lead] of taken.entries()) {
    if (place % AT_ONCE === 0) await breathe();
    const own = lead.recipient['data'];
    const missing = missingOf(lead, letters.get(lead.sequence ?? '') ?? [], {
      ...shared,
      ...(isRecord(own) ? own : {}),
    });
    if (missing.size > 0)
      faults.set(
        place,
        [...missing].map(([name, step]) => missingFault(place, name, step)),
      );
  }
  return faults;
}

/** Names and the first step that needs each. What else is wrong with a template is told when it is sent. */
function missingOf(
  { channels }: ChosenLead,
  letters: readonly Letter[],
  data: Readonly<Record<string, unknown>>,
): Map<string, number> {
  const missing = new Map<string, number>();
  for (const { step, bodies, ...letter } of letters) {
    for (const channel of letter.channels) {
      if (!bodies[channel] || !channels.includes(channel)) continue;
      const result = renderMessage({ source: { kind: 'template', bodies }, channel, data });
      if (result.kind !== 'fault' || result.fault.kind !== 'missing_variables') continue;
      for (const name of result.fault.names) if (!missing.has(name)) missing.set(name, step);
    }
  }
  return missing;
}

const missingFault = (place: number, name: string, step: number): FieldFault => ({
  ...{ field: `recipients[${place}].data.${name}`, code: 'missing_variable' },
  message: `is needed by the message of step ${step}, and neither the lead nor content.data has it`,
});
