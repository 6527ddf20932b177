import { type ReactNode, useState } from 'react';
import { useSession } from '../live/live.context.js';
import { ANSWERS } from './cancel.policy.js';

type Step = { readonly kind: 'idle' | 'asking' | 'working' } | { readonly kind: 'told'; readonly text: string };

/** Asks once more before it cancels; what came of it shows in the page by itself. */
export function CancelButton({ outreachId }: { outreachId: string }): ReactNode {
  const { client } = useSession();
  const [step, setStep] = useState<Step>({ kind: 'idle' });
  const cancel = (): void => {
    setStep({ kind: 'working' });
    client.cancel(outreachId).then(
      ({ status }) => setStep({ kind: 'told', text: ANSWERS[status] }),
      (error: unknown) => setStep({ kind: 'told', text: error instanceof Error ? error.message : 'It did not work.' }),
    );
  };
  if (step.kind === 'idle') {
    return (
      <button type="button" onClick={() => setStep({ kind: 'asking' })}>
        Cancel outreach
      </button>
    );
  }
  return (
    <div className="confirm" role="group" aria-label="Cancel this outreach">
      {step.kind === 'told' ? (
        <p role="status">{step.text}</p>
      ) : (
        <>
          <span>Start nothing further of it?</span>
          <button type="button" onClick={cancel} disabled={step.kind === 'working'} autoFocus>
            Yes, cancel it
          </button>
          <button type="button" className="plain" onClick={() => setStep({ kind: 'idle' })}>
            Keep it
          </button>
        </>
      )}
    </div>
  );
}
