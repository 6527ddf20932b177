import type { CloudEvent } from '@homing/contracts';
import { dueDispatches } from '@homing/domain';
import type { RequestIntake } from '@homing/intake';
import {
  cloudEvent,
  Collector,
  type DispatchWindow,
  rejected,
  type Bus,
  type CollectorTimers,
  type Outgoing,
  type Publisher,
  type Settled,
} from '@homing/messaging';
import { crashPoint } from '@homing/service-kit';
import { dispatched } from './decision.metrics.js';
import { decideBatch, type DecideParts } from './decide.batch.js';
import { withEarlierMessages, type FoldedStates } from './earlier.message.js';
import { intakeBatch } from './intake.batch.js';
import type { Decided } from './stored.decision.js';

export interface DeciderParts extends DecideParts {
  readonly intake: RequestIntake;
  readonly foldedStates: FoldedStates;
  readonly publisher: Pick<Publisher, 'publishMany'>;
  readonly bus: Pick<Bus, 'notify'>;
  readonly window: Pick<DispatchWindow, 'room' | 'took'>;
  /** How micro-batches wait for company. Default: this process's timers. */
  readonly timers?: CollectorTimers;
}

interface Incoming {
  readonly event: CloudEvent;
  readonly replyTo?: string | undefined;
  /** When the bus stored it, ISO instant. Default: now. */
  readonly storedAt?: string | undefined;
  /** The bus has given it to somebody before. */
  readonly redelivered?: boolean;
}

interface Arrived extends Incoming {
  /** In milliseconds of `performance.now()`. */
  readonly arrivedAt: number;
}

/**
 * Takes requests from the bus in micro-batches: seal, decide, commit, dispatch, answer. `decide` resolves, and the message is
 * acknowledged, only when all of that stands; any of it may be repeated.
 */
export class OutreachDecider {
  readonly #collector: Collector<Arrived, void>;

  constructor(private readonly parts: DeciderParts) {
    this.#collector = new Collector({
      name: 'decide',
      flush: (batch) => this.#flush(batch),
      maxBatch: 128,
      lingerMs: 2,
      maxConcurrent: 2,
      ...(parts.timers && { timers: parts.timers }),
    });
  }

  decide(incoming: Incoming): Promise<void> {
    return this.#collector.add({ ...incoming, arrivedAt: performance.now() });
  }

  async #flush(batch: readonly Arrived[]): Promise<Settled<void>[]> {
    const taken = await intakeBatch(this.parts.intake, batch, this.parts.now());
    crashPoint('orchestrator.after-intake');
    const sound = batch.flatMap((incoming, i) => {
      const result = taken[i];
      return result?.status === 'fulfilled' ? [{ incoming, ...result.value }] : [];
    });
    const decided = await decideBatch(
      this.parts,
      sound.map(({ incoming: { event, arrivedAt }, outreachId, fresh }) => ({
        outreachId,
        fresh,
        // Never the message's own id: a publisher made it, and what it holds is not ours to know.
        causationId: outreachId,
        traceparent: event.traceparent,
        arrivedAt,
      })),
    );
    crashPoint('orchestrator.before-dispatch');
    const traceparents = sound.map(({ incoming: { event } }) => event.traceparent);
    const dispatched = await this.#dispatch(decided, traceparents);
    crashPoint('orchestrator.after-dispatch');
    const answered = await withEarlierMessages(this.parts.foldedStates, decided);
    sound.forEach(({ incoming }, i) => this.#answer(incoming, answered[i]));
    const results = dispatched.values();
    return taken.map((result) =>
      result.status === 'rejected'
        ? rejected(result.reason)
        : (results.next().value ?? rejected(new Error('a decision went missing'))),
    );
  }

  /** One result per decision: whether it stands and all its dispatches are on the bus. */
  async #dispatch(
    decided: readonly Settled<Decided>[],
    traceparents: readonly (string | undefined)[],
  ): Promise<Settled<void>[]> {
    const now = this.parts.now();
    const messages: (Outgoing & { readonly of: number; readonly channel: string })[] = decided.flatMap((result, of) => {
      if (result.status === 'rejected' || result.value.revision === 'no_stream') return [];
      const { state, revision } = result.value;
      const traceparent = traceparents[of];
      return dueDispatches(state, revision, now).map(({ subject, tenantId, key, data }) => {
        const event = cloudEvent({
          id: key,
          source: 'homing/orchestrator',
          type: 'delivery.dispatch',
          time: now,
          tenantid: tenantId,
          ...(traceparent === undefined ? {} : { traceparent }),
          data,
        });
        return { subject, tenantId, key, event, of, channel: data.channel };
      });
    });
    // What does not fit stays in the timetable, which orders by urgency and gives each tenant a turn.
    const fitting = messages.slice(0, messages.length === 0 ? 0 : await this.parts.window.room());
    this.parts.window.took(fitting.length);
    const acks = await this.parts.publisher.publishMany(fitting);
    const results = decided.map((result): Settled<void> =>
      result.status === 'rejected' ? result : { status: 'fulfilled', value: undefined },
    );
    fitting.forEach(({ of, channel }, i) => {
      const ack = acks[i];
      if (ack?.status === 'fulfilled') dispatched.inc({ channel });
      else results[of] = rejected(ack?.reason);
    });
    return results;
  }

  #answer({ replyTo }: Incoming, decided: Settled<Decided> | undefined): void {
    if (replyTo !== undefined && decided?.status === 'fulfilled') this.parts.bus.notify(replyTo, decided.value.answer);
  }
}
