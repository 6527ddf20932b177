import type { ChannelProvider, SendResult } from '@homing/channels';
import { outreachStream, type DispatchDelivery, type OutreachEvent } from '@homing/contracts';
import { dueDispatches, react, type OutreachState } from '@homing/domain';
import { handleCommand } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { outreachFold, readOutreach } from '@homing/event-store/outreach';
import type { Timing } from '@homing/service-kit';
import { committed, outreachId as storied, request, T0 } from '@homing/testing/outreach-story';
import { sendAttempt, type SendParts } from '../send-delivery/send.attempt.js';
import { ProviderRota, type StandingChange } from './provider.rota.js';

/** How a provider behaves, from a message on. `dead` drops after it took the message. */
export type Behaviour = 'well' | 'down' | 'dead' | 'slow' | 'throttles' | 'refuses' | 'refuses sender';

const TIMEOUT_MS = 10_000;
const ANSWERS: Readonly<Record<Behaviour, { readonly ms: number; readonly result: SendResult }>> = {
  well: { ms: 100, result: { kind: 'accepted', providerMessageId: 'pm' } },
  slow: { ms: 6_000, result: { kind: 'accepted', providerMessageId: 'pm' } },
  down: { ms: 20, result: { kind: 'rejected', class: 'retryable', code: 'connect_refused' } },
  dead: { ms: TIMEOUT_MS, result: { kind: 'unknown', reason: 'timed_out' } },
  throttles: { ms: 20, result: { kind: 'rejected', class: 'throttled', code: 'http_429', retryAfterSeconds: 20 } },
  'refuses sender': { ms: 20, result: { kind: 'rejected', class: 'auth', code: 'sender_not_verified' } },
  refuses: { ms: 20, result: { kind: 'rejected', class: 'auth', code: 'http_401' } },
};

/** A gateway between an event store in memory and two email providers, on a clock that only work and waiting move. */
export function twoProviders() {
  const store = new InMemoryEventStore();
  const behaviour: Record<string, Behaviour> = { sendgrid: 'well', mailgun: 'well' };
  /** Every call a provider may have taken for a message, in order. */
  const took: { readonly provider: string; readonly deliveryId: string }[] = [];
  const asked: string[] = [];
  const changes: StandingChange[] = [];
  const clock = { now: 0 };
  let draws = 0;
  const timing: Timing = {
    monotonic: () => clock.now,
    sleep: async (ms) => void (clock.now += ms),
    deadline: () => new AbortController().signal,
    // Evenly spread, and the same in every run.
    random: () => (draws++ * 0.618_033_988_75) % 1,
    randomId: () => `claim-${draws++}`,
  };
  const now = (): string => new Date(Date.parse(T0) + clock.now).toISOString();
  const providerOf = (key: string): ChannelProvider => ({
    key,
    channel: 'email',
    capabilities: { idempotencyKey: false, lookUp: false, batch: false, webhooks: true },
    send: async ({ deliveryId }) => {
      const { ms, result } = ANSWERS[behaviour[key] ?? 'well'];
      clock.now += ms;
      asked.push(key);
      if (result.kind !== 'rejected') took.push({ provider: key, deliveryId });
      return result;
    },
    close: () => undefined,
  });
  const providers = new Map(Object.keys(behaviour).map((key) => [key, providerOf(key)]));
  const rota = new ProviderRota({
    providers: new Map([['email', [...providers.keys()]]]),
    timing,
    onChange: (change) => void changes.push(change),
  });
  const parts: SendParts = {
    ...{ store, now, timing, rota },
    instance: 'g',
    render: async ({ delivery, attempt, provider = '' }) => ({
      kind: 'message',
      message: {
        ...{ deliveryId: delivery.deliveryId, attempt, tenantId: request.tenantId, text: 't' },
        to: { address: 'a@x.test' },
        from: { address: `${provider}@x.test` },
      },
    }),
    gate: { ask: async () => ({ answer: { kind: 'open' }, askedAt: clock.now }) },
    provider: (key) => providers.get(key),
    providerTimeoutMs: TIMEOUT_MS,
    leaseMarginMs: 500,
  };
  let count = 0;
  const metadata = {
    ...{ tenantId: request.tenantId, correlationId: 'c', causationId: 'c' },
    recordedBy: 'spec',
    schemaVersion: 1,
  };

  const append = (id: string, decide: (state: OutreachState) => readonly OutreachEvent[], commandId: string) =>
    handleCommand(store, outreachFold, {
      ...{ stream: outreachStream(id), decide, commandId },
      metadata: { ...metadata, recordedAt: now() },
    });

  /** A new message, committed and due. */
  async function message(): Promise<string> {
    const id = `9f0c1d7e-4a3b-5c2d-8e1f-${String(++count).padStart(12, '0')}`;
    const text = JSON.stringify(committed)
      .replaceAll(storied, id)
      .replaceAll(`"sendAt":"${T0}"`, `"sendAt":"${now()}"`);
    await append(id, () => JSON.parse(text) as OutreachEvent[], 'decide');
    return id;
  }

  /** Dispatches what is due of a message, once. */
  async function dispatch(id: string) {
    const { state, revision } = await readOutreach(store, id);
    const due = dueDispatches(state, revision as bigint, now())[0]?.data as DispatchDelivery<OutreachState> | undefined;
    return due && sendAttempt(parts, due);
  }

  /** Dispatches what is due of a message and reacts to what came of it; when it is due next, if ever. */
  async function step(id: string): Promise<number | undefined> {
    await dispatch(id);
    await append(id, (state) => react(state, now()), `react:${clock.now}`);
    const { state } = await readOutreach(store, id);
    const next = state.status === 'active' ? state.deliveries[0]?.next : undefined;
    return next && Date.parse(next.at) - Date.parse(T0);
  }

  /** One message, retries included, until nothing more is to come. */
  async function deliver(id: string): Promise<OutreachState> {
    for (let due = await step(id); due !== undefined; due = await step(id)) clock.now = Math.max(clock.now, due);
    return (await readOutreach(store, id)).state;
  }

  /** So many messages, one after the other, and their retries when they are due; by whom each was taken last, or `nobody`. */
  async function run(messages: number, everyMs = 100): Promise<string[]> {
    const ids: string[] = [];
    const waiting = new Map<string, number>();
    const go = async (id: string): Promise<void> => {
      const due = await step(id);
      if (due === undefined) waiting.delete(id);
      else waiting.set(id, due);
    };
    while (ids.length < messages || waiting.size > 0) {
      if (ids.length < messages) {
        ids.push(await message());
        await go(ids.at(-1) ?? '');
      } else clock.now = Math.max(clock.now, Math.min(...waiting.values()));
      for (const [id, due] of [...waiting]) if (due <= clock.now) await go(id);
      clock.now += everyMs;
    }
    return ids.map((id) => took.findLast(({ deliveryId }) => deliveryId === `${id}.1`)?.provider ?? 'nobody');
  }

  const twice = (): string[] => {
    const ids = took.map(({ deliveryId }) => deliveryId);
    return ids.filter((id, i) => ids.indexOf(id) !== i);
  };
  return {
    clock,
    store,
    behaviour,
    took,
    asked,
    changes,
    rota,
    parts,
    message,
    dispatch,
    deliver,
    run,
    twice,
    timing,
    now,
    append,
  };
}
