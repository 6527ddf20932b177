import { type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react';
import type { AssistedTask } from '../api/api.types.js';
import { usePages } from '../list/use-pages.js';
import { useSession } from '../live/live.context.js';
import { Age } from '../parts/moment.js';
import { Notice } from '../parts/notice.js';
import { StateChip } from '../parts/state-chip.js';
import { sentence, words } from '../parts/wording.js';
import { hashOf } from '../routing/hash.route.js';
import { workerOfThisTab } from '../session/worker.session.js';
import { TaskPanel } from './task.panel.js';
import { inHand, whyByHand } from './task.wording.js';
import { useOpenTask, type OpenTaskView } from './use-open-task.js';
import './tasks.css';

export interface TaskFilter {
  readonly state?: string | undefined;
  readonly channel?: string | undefined;
}

const STATES = ['sent', 'not_sent', 'declined', 'withdrawn', 'all'];
const CHANNELS = ['linkedin', 'contact_form', 'email', 'sms', 'whatsapp', 'facebook', 'instagram', 'twitter'];

/** Messages that people send by hand: what waits, who has it in hand, and the way to do one. */
export function AssistedTasks({ state, channel }: TaskFilter): ReactNode {
  const { client } = useSession();
  const list = usePages(
    useCallback(
      (cursor: string | undefined, signal: AbortSignal) => client.tasks({ state, channel, cursor }, signal),
      [client, state, channel],
    ),
  );
  const [worker] = useState(() => workerOfThisTab());
  const view = useOpenTask(worker, list.refresh);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = 'Tasks by hand – Homing';
    return () => void (document.title = 'Homing');
  }, []);
  // What held the focus is gone with the task that is done.
  useEffect(() => {
    if (view.said !== undefined) heading.current?.focus();
  }, [view.said]);
  return (
    <section aria-labelledby="tasks-title">
      <div className="heading">
        <div>
          <h1 id="tasks-title" ref={heading} tabIndex={-1}>
            Tasks by hand
          </h1>
          <p className="hint">
            No machine may send these. Whoever opens one has it in hand for 15 minutes; nobody else is shown it
            meanwhile.
          </p>
        </div>
        <Filters state={state} channel={channel} />
      </div>
      <p className="said" role="status">
        {view.said}
      </p>
      {list.error !== undefined && (
        <Notice title="The list could not be brought up to date" tone="bad">
          <p>{list.error}</p>
          <button type="button" onClick={list.refresh}>
            Try again
          </button>
        </Notice>
      )}
      {list.status === 'ready' && list.items.length === 0 && <Notice title="None" />}
      {list.items.length > 0 && (
        <ul className="outcomes">
          {list.items.map((task) => (
            <li key={task.id} className="card">
              <Task task={task} worker={worker} />
              <TaskActions task={task} view={view} />
            </li>
          ))}
        </ul>
      )}
      {list.more && (
        <button type="button" className="more" onClick={list.loadMore}>
          Load more
        </button>
      )}
    </section>
  );
}

function Task({ task, worker }: { task: AssistedTask; worker: string }): ReactNode {
  const { outreachId, channel, reason, state, requestedAt, expiresAt, despite } = task;
  const held = inHand(task, worker, Date.now());
  return (
    <div>
      <h2>
        {words(channel)}{' '}
        <a className="hint" href={hashOf({ page: 'outreach', outreachId })}>
          outreach {outreachId.slice(0, 8)}
        </a>{' '}
        {state !== 'open' && <StateChip state={state} />}
      </h2>
      <p className="hint">
        {whyByHand(reason)} Asked for <Age at={requestedAt} />
        {state === 'open' && (
          <>
            , to be sent before <time dateTime={expiresAt}>{new Date(expiresAt).toLocaleString()}</time>
          </>
        )}
        . {held !== undefined && <strong>{held}.</strong>}
        {despite !== undefined && <strong>Sent although {words(despite)}.</strong>}
      </p>
    </div>
  );
}

function TaskActions({ task, view }: { task: AssistedTask; view: OpenTaskView }): ReactNode {
  const here = view.id === task.id;
  if (here && view.task?.message) return <TaskPanel view={view} message={view.task.message} />;
  if (task.state === 'withdrawn') return <SentAllTheSame task={task} view={view} />;
  if (task.state !== 'open') return null;
  return (
    <div className="actions">
      <button
        type="button"
        disabled={here && view.working}
        aria-label={`Take the ${words(task.channel)} task of outreach ${task.outreachId.slice(0, 8)}`}
        onClick={() => view.open(task.id)}
      >
        {here && view.working ? 'Opening' : 'Take it'}
      </button>
      {here && view.error !== undefined && <p role="alert">{view.error}</p>}
    </div>
  );
}

/** Its time is over, or it is not to be sent: whoever had it in hand may have sent it. */
function SentAllTheSame({ task, view }: { task: AssistedTask; view: OpenTaskView }): ReactNode {
  const here = view.id === task.id;
  return (
    <div className="actions">
      {here ? (
        <button type="button" disabled={view.working} onClick={() => view.say({ outcome: 'sent' })}>
          Yes, I had sent it
        </button>
      ) : (
        <button type="button" className="plain" onClick={() => view.choose(task.id)}>
          I had sent it already
        </button>
      )}
      {here && view.error !== undefined && <p role="alert">{view.error}</p>}
    </div>
  );
}

function Filters({ state, channel }: TaskFilter): ReactNode {
  const id = useId();
  const go = (wish: TaskFilter): void => {
    const { state: at, channel: by } = { state, channel, ...wish };
    window.location.hash = hashOf({ page: 'tasks', ...(at ? { state: at } : {}), ...(by ? { channel: by } : {}) });
  };
  return (
    <div className="filter">
      <label htmlFor={`${id}-state`}>State</label>
      <select id={`${id}-state`} value={state ?? ''} onChange={(event) => go({ state: event.currentTarget.value })}>
        <option value="">Open</option>
        {STATES.map((each) => (
          <option key={each} value={each}>
            {sentence(each)}
          </option>
        ))}
      </select>
      <label htmlFor={`${id}-channel`}>Channel</label>
      <select
        id={`${id}-channel`}
        value={channel ?? ''}
        onChange={(event) => go({ channel: event.currentTarget.value })}
      >
        <option value="">All</option>
        {CHANNELS.map((each) => (
          <option key={each} value={each}>
            {sentence(each)}
          </option>
        ))}
      </select>
    </div>
  );
}
