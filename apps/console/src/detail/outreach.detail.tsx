import { type ReactNode, useEffect } from 'react';
import type { ShownOutreach } from '../api/api.types.js';
import { Recipient } from '../list/outreach.list.js';
import { Moment } from '../parts/moment.js';
import { Notice } from '../parts/notice.js';
import { StateChip } from '../parts/state-chip.js';
import { money, words } from '../parts/wording.js';
import { CancelButton } from './cancel.button.js';
import { mayBeCancelled } from './cancel.policy.js';
import { Deliveries } from './deliveries.section.js';
import { Explanation } from './explanation.section.js';
import { Timeline } from './timeline.section.js';
import { useOutreach } from './use-outreach.js';

export function OutreachDetail({ outreachId }: { outreachId: string }): ReactNode {
  const { outreach, error, retry } = useOutreach(outreachId);
  useEffect(() => {
    document.getElementById('main')?.focus();
    document.title = `Outreach ${outreachId.slice(0, 8)} – Homing`;
    return () => void (document.title = 'Homing');
  }, [outreachId]);
  return (
    <>
      <nav aria-label="Breadcrumb" className="crumbs">
        <a href="#/">Outreach</a> <span aria-hidden="true">/</span> <span>{outreachId.slice(0, 8)}</span>
      </nav>
      {error && <Failed error={error} onRetry={retry} />}
      {!outreach && !error && <p className="hint">Loading</p>}
      {outreach && <Shown outreach={outreach} />}
    </>
  );
}

function Failed({ error, onRetry }: { error: { notFound: boolean; message: string }; onRetry: () => void }): ReactNode {
  if (error.notFound) return <Notice title="There is no such outreach" />;
  return (
    <Notice title="This outreach could not be read" tone="bad">
      <p>{error.message}</p>
      <button type="button" onClick={onRetry}>
        Try again
      </button>
    </Notice>
  );
}

function Shown({ outreach }: { outreach: ShownOutreach }): ReactNode {
  return (
    <article aria-labelledby="outreach-title">
      <div className="heading">
        <div>
          <h1 id="outreach-title">
            <Recipient item={outreach} />
          </h1>
          <p className="hint mono">{outreach.outreachId}</p>
        </div>
        <div className="actions">
          <div role="status" aria-live="polite">
            <StateChip state={outreach.state} />
          </div>
          {mayBeCancelled(outreach) && <CancelButton outreachId={outreach.outreachId} />}
        </div>
      </div>
      <Facts outreach={outreach} />
      <div className="columns">
        <div className="stack">
          <Explanation explanation={outreach.explanation} />
          <Deliveries deliveries={outreach.deliveries} />
        </div>
        <Timeline events={outreach.timeline} />
      </div>
    </article>
  );
}

function Facts({ outreach }: { outreach: ShownOutreach }): ReactNode {
  const { channelUsed, messageType, urgency, via, cost, confidence, outcome, reason } = outreach;
  const facts: [string, ReactNode][] = [
    ['Channel', channelUsed && words(channelUsed)],
    ['Message', messageType && words(messageType)],
    ['Urgency', urgency],
    ['Came in by', via && (via === 'bus' ? 'the bus' : 'the API')],
    ['Accepted', outreach.acceptedAt && <Moment at={outreach.acceptedAt} />],
    ['Planned for', outreach.sendAt && <Moment at={outreach.sendAt} />],
    ['Sent', outreach.sentAt && <Moment at={outreach.sentAt} />],
    ['Delivered', outreach.deliveredAt && <Moment at={outreach.deliveredAt} />],
    ['Opened', outreach.openedAt && <Moment at={outreach.openedAt} />],
    ['Outcome', outcome && words(outcome)],
    ['Reason', reason && words(reason)],
    ['Worst-case cost', cost && money(cost)],
    ['Confidence', confidence !== undefined && `${Math.round(confidence * 100)} %`],
  ];
  return (
    <dl className="facts card">
      {facts
        .filter(([, value]) => Boolean(value))
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
