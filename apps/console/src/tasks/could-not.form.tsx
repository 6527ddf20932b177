import { type FormEvent, type ReactNode, useEffect, useRef } from 'react';
import type { TaskWord } from '../api/api.types.js';
import { COULD_NOT } from './task.wording.js';

interface Props {
  readonly working: boolean;
  onSay(word: TaskWord): void;
  onLeave(): void;
}

/** Why it could not be sent, or is not to be: a code is kept with it, for events live for ever. */
export function CouldNotForm({ working, onSay, onLeave }: Props): ReactNode {
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const send = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const note = String(new FormData(event.currentTarget).get('reason') ?? 'other');
    onSay({ outcome: note === 'should_not' ? 'declined' : 'not_sent', note });
  };
  return (
    <form className="settle" onSubmit={send} aria-label="It could not be sent">
      <fieldset>
        <legend>Why was it not sent?</legend>
        {COULD_NOT.map(([code, said], i) => (
          <label key={code}>
            <input type="radio" name="reason" value={code} required ref={i === 0 ? first : undefined} /> {said}
          </label>
        ))}
      </fieldset>
      <p className="hint">Nobody is asked again; what was to follow goes on at once.</p>
      <div className="actions">
        <button type="submit" disabled={working}>
          Say so
        </button>
        <button type="button" className="plain" onClick={onLeave}>
          Back
        </button>
      </div>
    </form>
  );
}
