import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { AssistedText } from '@homing/contracts';
import { CouldNotForm } from './could-not.form.js';
import { linkOf, whatToDo } from './task.wording.js';
import type { OpenTaskView } from './use-open-task.js';

/** What a person needs to send one message by hand, and what they may say of it. Takes the focus when it opens. */
export function TaskPanel({ view, message }: { view: OpenTaskView; message: AssistedText }): ReactNode {
  const [could, setCould] = useState(true);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useEffect(() => heading.current?.focus(), []);
  const { to, subject, replyTo } = message;
  return (
    <section className="task" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`} ref={heading} tabIndex={-1}>
        {whatToDo(message)}
      </h3>
      <dl className="facts">
        <Fact name="To">{to.name === undefined ? <Address message={message} /> : to.name}</Fact>
        {to.name !== undefined && (
          <Fact name="Address">
            <Address message={message} />
          </Fact>
        )}
        <Fact name="From">{message.from.name || message.from.address}</Fact>
        {replyTo !== undefined && <Fact name="Answers to">{replyTo}</Fact>}
      </dl>
      {subject !== undefined && <Copied name="Subject" text={subject} rows={1} />}
      <Copied name="Text" text={message.text} rows={8} />
      {could ? (
        <div className="actions">
          <button type="button" className="main" disabled={view.working} onClick={() => view.say({ outcome: 'sent' })}>
            I sent it
          </button>
          <button type="button" disabled={view.working} onClick={() => setCould(false)}>
            It could not be sent
          </button>
          <button type="button" className="plain" onClick={view.leave}>
            Close
          </button>
        </div>
      ) : (
        <CouldNotForm working={view.working} onSay={view.say} onLeave={() => setCould(true)} />
      )}
      {view.error !== undefined && <p role="alert">{view.error}</p>}
    </section>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }): ReactNode => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** A new tab that is told nothing of this one. */
function Address({ message }: { message: AssistedText }): ReactNode {
  const { address } = message.to;
  const href = linkOf(message);
  if (href === undefined) return <span className="mono">{address}</span>;
  return (
    <a className="mono" href={href} target="_blank" rel="noopener noreferrer">
      {address}
    </a>
  );
}

/** A text to be taken along: with a button, or by hand where the browser lets no page write what is copied. */
function Copied({ name, text, rows }: { name: string; text: string; rows: number }): ReactNode {
  const [said, setSaid] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const copy = (): void => {
    const byHand = (): void => {
      field.current?.select();
      setSaid('Selected: copy it with the keyboard.');
    };
    if (!navigator.clipboard) return byHand();
    navigator.clipboard.writeText(text).then(() => setSaid('Copied.'), byHand);
  };
  return (
    <div className="copied">
      <label htmlFor={id}>{name}</label>
      <textarea id={id} ref={field} readOnly rows={rows} value={text} />
      <div className="actions">
        <button type="button" onClick={copy} aria-label={`Copy the ${name.toLowerCase()}`}>
          Copy
        </button>
        <span role="status">{said}</span>
      </div>
    </div>
  );
}
