import { SEND_AGAIN, type ChannelProvider, type OutboundMessage, type SendResult } from '@homing/channels';
import { outreachStream, type DispatchDelivery } from '@homing/contracts';
import { dueDispatches, type OutreachState } from '@homing/domain';
import type { EventStore } from '@homing/event-store';
import { readOutreach } from '@homing/event-store/outreach';
import { twoProviders } from '../choose-provider/two-providers.fixture.js';
import { sendAttempt, type SendParts } from '../send-delivery/send.attempt.js';
import { SharedCalls } from './shared.calls.js';

/** How the provider answers a call for many. `silent`: it takes all and says nothing; `unreadable`: it takes none and names nobody. */
export type ManyBehaviour = 'well' | 'silent' | 'throttles' | 'unreadable';

/** One gateway before a provider that takes many messages in one call, on a clock that only work moves. */
export function manyWorld(most = 1_000) {
  const world = twoProviders();
  const { clock, parts, store, timing, message, now } = world;
  const told = { behaviour: 'well' as ManyBehaviour, refused: new Set<string>() };
  /** The messages of each call, and when it began. */
  const calls: { readonly at: number; readonly ids: readonly string[] }[] = [];
  const answerTo = (ids: readonly string[]): SendResult[] => {
    const refused = ids.some((id) => told.refused.has(id));
    return ids.map((id, at): SendResult => {
      if (told.refused.has(id)) return { kind: 'rejected', class: 'permanent', code: 'recipient_refused' };
      if (refused) return { kind: 'rejected', class: 'retryable', code: SEND_AGAIN };
      return { kind: 'accepted', providerMessageId: `${calls.length}~${at}` };
    });
  };
  const called = (messages: readonly OutboundMessage[]): string[] => {
    const ids = messages.map(({ deliveryId }) => deliveryId);
    calls.push({ at: clock.now, ids });
    return ids;
  };
  const provider: ChannelProvider = {
    key: 'sendgrid',
    channel: 'email',
    capabilities: { idempotencyKey: false, lookUp: false, batch: most, webhooks: true },
    send: async (one) => answerTo(called([one]))[0] ?? { kind: 'unknown', reason: 'none' },
    sendMany: async (messages) => {
      const ids = called(messages);
      switch (told.behaviour) {
        case 'well':
          return answerTo(ids);
        case 'silent':
          return ids.map(() => ({ kind: 'unknown', reason: 'timed_out' }));
        case 'throttles':
          return ids.map(() => ({ kind: 'rejected', class: 'throttled', code: 'http_429', retryAfterSeconds: 20 }));
        case 'unreadable':
          return ids.map(() => ({ kind: 'rejected', class: 'retryable', code: 'send_alone' }));
      }
    },
    close: () => undefined,
  };
  const { rota: _both, ...rest } = parts;
  const gatewayOf = (over: Partial<SendParts> = {}): SendParts => ({
    ...rest,
    provider: () => provider,
    together: new SharedCalls({ timing }),
    render: async ({ state, delivery, attempt }) => ({
      kind: 'message',
      message: {
        ...{ deliveryId: delivery.deliveryId, attempt, tenantId: state.request.tenantId, text: 't' },
        to: { address: `${delivery.deliveryId}@x.test` },
        from: { address: 'desk@x.test' },
      },
    }),
    ...over,
  });
  const dispatches = async (count: number): Promise<DispatchDelivery<OutreachState>[]> => {
    const made: DispatchDelivery<OutreachState>[] = [];
    for (let i = 0; i < count; i += 1) {
      const { state, revision } = await readOutreach(store, await message());
      made.push(dueDispatches(state, revision as bigint, now())[0]?.data as DispatchDelivery<OutreachState>);
    }
    return made;
  };
  const sendAll = (gateway: SendParts, all: readonly DispatchDelivery<OutreachState>[]) =>
    Promise.all(all.map((dispatch) => sendAttempt(gateway, dispatch)));
  const typesOf = async ({ outreachId }: { readonly outreachId: string }): Promise<string[]> => {
    const read = await store.readStream(outreachStream(outreachId));
    return read.kind === 'found' ? read.events.map(({ type }) => type).slice(3) : [];
  };
  /** A store whose claims take so long that what the gate said before them is old. */
  const slowClaims = (onClaim: () => void): Pick<EventStore, 'append' | 'readStream'> => ({
    readStream: (stream) => store.readStream(stream),
    append: async (request) => {
      const result = await store.append(request);
      if (request.events.some(({ type }) => type === 'AttemptStarted')) onClaim();
      return result;
    },
  });
  const ids = (): string[] => calls.flatMap((call) => call.ids);
  const twice = (): string[] => ids().filter((id, i) => ids().indexOf(id) !== i);
  return { ...world, provider, told, calls, gatewayOf, dispatches, sendAll, typesOf, slowClaims, ids, twice };
}
