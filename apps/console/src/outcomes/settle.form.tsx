import { type FormEvent, type ReactNode, useId, useState } from 'react';
import type { Settlement, UnknownOutcome } from '../api/api.types.js';
import { useSession } from '../live/live.context.js';

interface Props {
  readonly of: UnknownOutcome;
  onDone(): void;
  onLeave(): void;
}

/** For somebody who has looked at the provider. Both answers say what they lead to. */
export function SettleForm({ of, onDone, onLeave }: Props): ReactNode {
  const { client } = useSession();
  const [working, setWorking] = useState(false);
  const [error, setError] = useState<string>();
  const id = useId();
  const send = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setWorking(true);
    setError(undefined);
    client
      .settle(of, settlementOf(new FormData(event.currentTarget)))
      .then(() => {
        onLeave();
        onDone();
      })
      .catch((thrown: unknown) => setError(thrown instanceof Error ? thrown.message : 'It did not work.'))
      .finally(() => setWorking(false));
  };
  return (
    <form className="settle" onSubmit={send} aria-label={`Settle attempt ${of.attempt}`}>
      <fieldset>
        <legend>What does {of.provider} say?</legend>
        <label>
          <input type="radio" name="outcome" value="sent" required /> It has the message. Nothing is sent again.
        </label>
        <label>
          <input type="radio" name="outcome" value="not_sent" required /> It surely has not. The retries go on; if it
          has it all the same, the person gets it twice.
        </label>
      </fieldset>
      <label htmlFor={`${id}-message`}>Its id of the message (optional)</label>
      <input id={`${id}-message`} name="providerMessageId" maxLength={200} autoComplete="off" spellCheck={false} />
      <label htmlFor={`${id}-note`}>Reference, such as a ticket&rsquo;s number (optional)</label>
      <input id={`${id}-note`} name="note" maxLength={64} autoComplete="off" spellCheck={false} />
      {error !== undefined && <p role="alert">{error}</p>}
      <div className="actions">
        <button type="submit" disabled={working}>
          Settle
        </button>
        <button type="button" className="plain" onClick={onLeave}>
          Not now
        </button>
      </div>
    </form>
  );
}

function settlementOf(form: FormData): Settlement {
  const text = (name: string): string => String(form.get(name) ?? '').trim();
  const [providerMessageId, note] = [text('providerMessageId'), text('note')];
  return {
    outcome: text('outcome') === 'sent' ? 'sent' : 'not_sent',
    ...(providerMessageId ? { providerMessageId } : {}),
    ...(note ? { note } : {}),
  };
}
