import type { ReactNode } from 'react';
import type { ShownEvent } from '../api/api.types.js';
import { Moment } from '../parts/moment.js';
import { elapsed, sentence, toneOf, words } from '../parts/wording.js';

export function Timeline({ events }: { events: readonly ShownEvent[] }): ReactNode {
  const start = events[0]?.occurredAt;
  return (
    <section className="card" aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      {events.length === 0 && <p className="hint">Accepted and durable; the first event follows.</p>}
      <ol className="timeline">
        {events.map((event) => (
          <li key={event.position} data-tone={toneOf(event.transition)}>
            <div>
              <span className="name">{sentence(event.transition)}</span>
              {event.attempt !== undefined && <span className="tag">attempt {event.attempt}</span>}
              {event.machine && <span className="tag">by a machine</span>}
            </div>
            <div className="hint">{detailsOf(event)}</div>
            <div className="when">
              <Moment at={event.occurredAt} />
              {start !== undefined && <span className="num">{elapsed(start, event.occurredAt)}</span>}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

const detailsOf = ({ channel, provider, reason, class: kind, subtype, code, note }: ShownEvent): string =>
  [...new Set([channel, provider, kind, subtype, code, reason, note])]
    .filter((part) => part !== undefined)
    .map(words)
    .join(' · ');
