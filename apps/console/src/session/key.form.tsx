import { type FormEvent, type ReactNode, useId } from 'react';

export function KeyForm({ refused, onKey }: { refused: boolean; onKey: (key: string) => void }): ReactNode {
  const id = useId();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget).get('key') ?? '').trim();
    if (key !== '') onKey(key);
  };
  return (
    <main className="door">
      <img src="/console/mark.svg" alt="" width="48" height="48" />
      <h1>Homing</h1>
      <p>
        Open the link that the start command printed, or enter an API key. It stays in this tab and is sent as a header
        only.
      </p>
      {refused && (
        <p role="alert" className="alert">
          This key is not in force any more, or may not read here.
        </p>
      )}
      <form onSubmit={submit}>
        <label htmlFor={id}>API key</label>
        <input id={id} name="key" type="password" autoComplete="off" required />
        <button type="submit">Enter</button>
      </form>
    </main>
  );
}
