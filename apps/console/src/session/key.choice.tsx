import type { ReactNode } from 'react';

/** A link brought a key other than the one this tab is signed in with. */
export function KeyChoice({ onKeep, onChange }: { onKeep: () => void; onChange: () => void }): ReactNode {
  return (
    <main className="door">
      <img src="/console/mark.svg" alt="" width="48" height="48" />
      <h1>Use another key?</h1>
      <p>
        The link you followed holds an API key other than the one this tab is signed in with. Change only if you opened
        it on purpose: what you see and do then belongs to that key.
      </p>
      <button type="button" onClick={onKeep}>
        Keep my key
      </button>
      <button type="button" className="plain" onClick={onChange}>
        Change to the key of the link
      </button>
    </main>
  );
}
