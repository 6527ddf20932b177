import { type ReactNode, useEffect, useState } from 'react';
import type { UnknownOutcome } from '../api/api.types.js';
import { Age } from '../parts/moment.js';
import { Notice } from '../parts/notice.js';
import { words } from '../parts/wording.js';
import { hashOf } from '../routing/hash.route.js';
import { SettleForm } from './settle.form.js';
import { whatSettles } from './settles.wording.js';
import { useUnknownOutcomes } from './use-unknown-outcomes.js';
import './outcomes.css';

/** Attempts of which nobody knows whether the provider took them, and the way to say so. */
export function UnknownOutcomes(): ReactNode {
  const list = useUnknownOutcomes();
  const [chosen, setChosen] = useState<string>();
  useEffect(() => {
    document.title = 'Unknown outcomes – Homing';
    return () => void (document.title = 'Homing');
  }, []);
  return (
    <section aria-labelledby="outcomes-title">
      <div className="heading">
        <div>
          <h1 id="outcomes-title">Unknown outcomes</h1>
          <p className="hint">
            The provider may have taken these, or not. They are never sent again blindly; nothing else of them starts
            until it is known.
          </p>
        </div>
      </div>
      {list.error !== undefined && (
        <Notice title="The list could not be brought up to date" tone="bad">
          <p>{list.error}</p>
          <button type="button" onClick={list.refresh}>
            Try again
          </button>
        </Notice>
      )}
      {list.status === 'ready' && list.items.length === 0 && <Notice title="None: of every attempt it is known" />}
      {list.items.length > 0 && (
        <ul className="outcomes">
          {list.items.map((item) => {
            const id = `${item.deliveryId}:${item.attempt}`;
            return (
              <li key={id} className="card">
                <Outcome item={item} />
                {chosen === id ? (
                  <SettleForm of={item} onDone={list.refresh} onLeave={() => setChosen(undefined)} />
                ) : (
                  <button type="button" onClick={() => setChosen(id)}>
                    Settle by hand
                  </button>
                )}
              </li>
            );
          })}
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

const Outcome = ({ item }: { item: UnknownOutcome }): ReactNode => (
  <div>
    <h2>
      <a href={hashOf({ page: 'outreach', outreachId: item.outreachId })}>{item.outreachId.slice(0, 8)}</a>{' '}
      <span className="hint">
        {words(item.channel)} by {words(item.provider)}, attempt {item.attempt}
      </span>
    </h2>
    <p className="hint">
      Became unknown <Age at={item.unknownSince} />. By itself: {whatSettles(item, Date.now())}.
    </p>
  </div>
);
