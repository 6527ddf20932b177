import type { ReactNode } from 'react';
import type { ShownAttempt, ShownDelivery } from '../api/api.types.js';
import { Moment } from '../parts/moment.js';
import { StateChip } from '../parts/state-chip.js';
import { sentence, words } from '../parts/wording.js';

export function Deliveries({ deliveries }: { deliveries: readonly ShownDelivery[] }): ReactNode {
  return (
    <section className="card" aria-labelledby="deliveries-title">
      <h2 id="deliveries-title">Deliveries</h2>
      {deliveries.length === 0 && <p className="hint">None is planned.</p>}
      {deliveries.map((delivery) => (
        <Delivery key={delivery.deliveryId} delivery={delivery} />
      ))}
    </section>
  );
}

function Delivery({ delivery }: { delivery: ShownDelivery }): ReactNode {
  const { leg, channel, state, provider, closedReason, attempts } = delivery;
  return (
    <div className="delivery">
      <h3>
        {leg}. {sentence(channel)}
        {provider && <span className="hint"> by {words(provider)}</span>} <StateChip state={state} />
      </h3>
      {closedReason && <p className="hint">Closed: {words(closedReason)}</p>}
      {attempts.length === 0 ? <p className="hint">Not tried yet.</p> : <Attempts attempts={attempts} />}
    </div>
  );
}

const Attempts = ({ attempts }: { attempts: readonly ShownAttempt[] }): ReactNode => (
  <div className="scroll" role="group" aria-label="Attempts" tabIndex={0}>
    <table>
      <thead>
        <tr>
          <th scope="col">Attempt</th>
          <th scope="col">State</th>
          <th scope="col">Started</th>
          <th scope="col">Code</th>
          <th scope="col">Provider&rsquo;s id</th>
        </tr>
      </thead>
      <tbody>
        {attempts.map((each) => (
          <tr key={each.attempt}>
            <th scope="row">{each.attempt}</th>
            <td>
              <StateChip state={each.state} />
            </td>
            <td>
              <Moment at={each.startedAt} />
            </td>
            <td>
              {[each.class, each.code]
                .filter(Boolean)
                .map((code) => words(String(code)))
                .join(', ') || '–'}
            </td>
            <td className="mono clip" title={each.providerMessageId}>
              {each.providerMessageId ?? '–'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
