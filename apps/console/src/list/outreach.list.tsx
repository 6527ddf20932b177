import { type ReactNode, useId } from 'react';
import type { ListedOutreach } from '../api/api.types.js';
import { Age } from '../parts/moment.js';
import { Notice } from '../parts/notice.js';
import { StateChip } from '../parts/state-chip.js';
import { sentence, words } from '../parts/wording.js';
import { hashOf } from '../routing/hash.route.js';
import { useOutreachList } from './use-outreach-list.js';

const STATES = [
  'accepted',
  'scheduled',
  'sending',
  'queued',
  'sent',
  'delivered',
  'opened',
  'clicked',
  'responded',
  'refused',
  'skipped',
  'bounced',
  'failed',
  'outcome_unknown',
  'assumed_sent',
  'awaiting_person',
  'complained',
  'unsubscribed',
  'expired',
  'cancelled',
];

export function OutreachList({ filter }: { filter: string | undefined }): ReactNode {
  const list = useOutreachList(filter);
  const count = list.items.length;
  const known = list.nextCursor === undefined ? `All ${count}` : `The newest ${count}`;
  return (
    <section aria-labelledby="list-title">
      <div className="heading">
        <div>
          <h1 id="list-title">Outreach</h1>
          <p className="hint">{list.status === 'ready' ? known : 'Loading'}</p>
        </div>
        <Filter state={filter} />
      </div>
      {list.error !== undefined && (
        <Notice title="The list could not be brought up to date" tone="bad">
          <p>{list.error}</p>
          <button type="button" onClick={list.retry}>
            Try again
          </button>
        </Notice>
      )}
      {list.status === 'loading' && list.error === undefined && <Waiting />}
      {list.status === 'ready' && count === 0 && <Nothing filter={filter} />}
      {count > 0 && <Rows items={list.items} />}
      {list.nextCursor !== undefined && (
        <button type="button" className="more" onClick={list.loadOlder} disabled={list.loadingOlder}>
          {list.loadingOlder ? 'Loading older' : 'Load older'}
        </button>
      )}
    </section>
  );
}

function Filter({ state }: { state: string | undefined }): ReactNode {
  const id = useId();
  const choose = (chosen: string): void => {
    window.location.hash = hashOf(chosen === '' ? { page: 'list' } : { page: 'list', state: chosen });
  };
  return (
    <div className="filter">
      <label htmlFor={id}>State</label>
      <select id={id} value={state ?? ''} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">All</option>
        {STATES.map((each) => (
          <option key={each} value={each}>
            {sentence(each)}
          </option>
        ))}
      </select>
    </div>
  );
}

function Rows({ items }: { items: readonly ListedOutreach[] }): ReactNode {
  return (
    <div className="card scroll">
      <table className="rows">
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Recipient</th>
            <th scope="col">Channel</th>
            <th scope="col">Message</th>
            <th scope="col">Reason</th>
            <th scope="col" className="end">
              Accepted
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <Row key={item.outreachId} item={item} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ item }: { item: ListedOutreach }): ReactNode {
  return (
    <tr>
      <td>
        <StateChip state={item.state} />
      </td>
      <th scope="row">
        <a className="cover" href={hashOf({ page: 'outreach', outreachId: item.outreachId })}>
          <Recipient item={item} />
        </a>
      </th>
      <td>{item.channelUsed ? words(item.channelUsed) : <None />}</td>
      <td>{item.messageType ? words(item.messageType) : <None />}</td>
      <td>{item.reason ? words(item.reason) : <None />}</td>
      <td className="end">{item.acceptedAt ? <Age at={item.acceptedAt} /> : <None />}</td>
    </tr>
  );
}

export function Recipient({ item }: { item: ListedOutreach }): ReactNode {
  const { contacts, erased } = item.recipient;
  if (erased) return <em>erased</em>;
  const contact = contacts.find((each) => each.channel === item.channelUsed) ?? contacts[0];
  return contact ? (
    <span className="mask">{contact.mask}</span>
  ) : (
    <span className="mask">{item.outreachId.slice(0, 8)}</span>
  );
}

const None = (): ReactNode => (
  <span className="none" aria-label="none">
    –
  </span>
);

const Waiting = (): ReactNode => (
  <div className="card skeleton" aria-hidden="true">
    {Array.from({ length: 8 }, (_, n) => (
      <div key={n} />
    ))}
  </div>
);

function Nothing({ filter }: { filter: string | undefined }): ReactNode {
  if (filter !== undefined) {
    return (
      <Notice title={`Nothing is ${words(filter)}`}>
        <a href="#/">Show all</a>
      </Notice>
    );
  }
  return (
    <Notice title="No outreach yet">
      <p>
        Publish <code>outreach.requested</code> on the bus or post to <code>/api/v1/outreach/send</code>; it appears
        here by itself.
      </p>
      <a href="/docs">API description</a>
    </Notice>
  );
}
