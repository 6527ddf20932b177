import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import { createApiClient } from './api/api.client.js';
import { OutreachDetail } from './detail/outreach.detail.js';
import { OutreachList } from './list/outreach.list.js';
import { SessionContext, useConnection, useSession } from './live/live.context.js';
import { LiveFeed } from './live/live.feed.js';
import { AssistedTasks } from './tasks/assisted-tasks.js';
import { UnknownOutcomes } from './outcomes/unknown-outcomes.js';
import { Notice } from './parts/notice.js';
import { hashOf, type Route } from './routing/hash.route.js';
import { useRoute } from './routing/use-route.js';
import { forgetKey, keysOfThisTab, rememberKey, type TabKeys } from './session/api-key.session.js';
import { KeyChoice } from './session/key.choice.js';
import { KeyForm } from './session/key.form.js';
import { isKeyLink } from './session/key.link.js';

/** @param opened read once, before the first rendering: reading takes the key out of the address. */
export function App({ opened }: { opened: TabKeys }): ReactNode {
  const [{ key, offered }, setKeys] = useState(opened);
  const [refused, setRefused] = useState(false);
  const enter = (given: string): void => {
    rememberKey(given);
    setRefused(false);
    setKeys({ key: given });
  };
  const leave = useCallback((wasRefused: boolean): void => {
    forgetKey();
    setRefused(wasRefused);
    setKeys({});
  }, []);
  useEffect(() => {
    const onKeyLink = (): void => {
      if (isKeyLink(window.location.hash)) setKeys(keysOfThisTab());
    };
    window.addEventListener('hashchange', onKeyLink);
    return () => window.removeEventListener('hashchange', onKeyLink);
  }, []);
  if (key === undefined) return <KeyForm refused={refused} onKey={enter} />;
  if (offered !== undefined) {
    return <KeyChoice onKeep={() => setKeys({ key })} onChange={() => enter(offered)} />;
  }
  return <Signed key={key} apiKey={key} onLeave={leave} />;
}

function Signed({ apiKey, onLeave }: { apiKey: string; onLeave: (refused: boolean) => void }): ReactNode {
  const [feed, setFeed] = useState<LiveFeed>();
  const client = useMemo(() => createApiClient(apiKey), [apiKey]);
  useEffect(() => {
    const started = new LiveFeed(client);
    setFeed(started);
    return () => started.stop();
  }, [client]);
  const session = useMemo(() => (feed ? { client, feed } : undefined), [client, feed]);
  if (!session) return null;
  return (
    <SessionContext value={session}>
      <Frame onLeave={onLeave} />
    </SessionContext>
  );
}

function Frame({ onLeave }: { onLeave: (refused: boolean) => void }): ReactNode {
  const { feed } = useSession();
  const connection = useConnection();
  const route = useRoute();
  // Children have hooked their listeners in by now: what they miss before is nothing.
  useEffect(() => void feed.run(), [feed]);
  useEffect(() => {
    if (connection === 'denied') onLeave(true);
  }, [connection, onLeave]);
  return (
    <>
      <a className="skip" href="#main" onClick={focusMain}>
        Skip to content
      </a>
      <header className="bar">
        <a className="brand" href="#/">
          <img src="/console/mark.svg" alt="" width="24" height="24" />
          Homing
        </a>
        <Sections page={route.page} />
        <ConnectionBadge />
        <button type="button" className="plain" onClick={() => onLeave(false)}>
          Sign out
        </button>
      </header>
      <main id="main" tabIndex={-1}>
        {route.page === 'list' && <OutreachList key={route.state ?? ''} filter={route.state} />}
        {route.page === 'outreach' && <OutreachDetail key={route.outreachId} outreachId={route.outreachId} />}
        {route.page === 'outcomes' && <UnknownOutcomes />}
        {route.page === 'tasks' && (
          <AssistedTasks
            key={`${route.state ?? ''} ${route.channel ?? ''}`}
            state={route.state}
            channel={route.channel}
          />
        )}
        {route.page === 'unknown' && (
          <Notice title="There is nothing here">
            <a href="#/">All outreach</a>
          </Notice>
        )}
      </main>
    </>
  );
}

const SECTIONS = [
  { page: 'list', name: 'Outreach' },
  { page: 'tasks', name: 'Tasks by hand' },
  { page: 'outcomes', name: 'Unknown outcomes' },
] as const;

const Sections = ({ page }: { page: Route['page'] }): ReactNode => (
  <nav className="sections" aria-label="Sections">
    {SECTIONS.map((section) => (
      <a
        key={section.page}
        href={hashOf({ page: section.page })}
        aria-current={section.page === page ? 'page' : undefined}
      >
        {section.name}
      </a>
    ))}
  </nav>
);

/** The hash is our router's: the link moves the focus and leaves the address alone. */
function focusMain(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

const LABELS = {
  connecting: 'Connecting',
  live: 'Live',
  disconnected: 'Reconnecting',
  denied: 'Signed out',
} as const;

function ConnectionBadge(): ReactNode {
  const { feed } = useSession();
  const connection = useConnection();
  return (
    <div className="connection" data-connection={connection}>
      <span role="status" aria-live="polite">
        <span className="dot" aria-hidden="true" />
        {LABELS[connection]}
      </span>
      {connection === 'disconnected' && (
        <button type="button" className="plain" onClick={feed.retryNow}>
          Try now
        </button>
      )}
    </div>
  );
}
