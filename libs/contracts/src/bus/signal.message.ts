import type { Channel } from '../channel.js';
import type { CloudEvent } from './cloud-event.js';
import type { ProviderSignal, ProviderSignals } from './provider-signal.js';
import { signalSubject } from './subjects.js';

/** Stands for the tenant of facts whose message named none; whoever records them finds it by the provider's message id. */
export const UNNAMED_TENANT = '-';

/** Facts in one message at most. Whoever records them handles so many at once for each place it has. */
export const MOST_FACTS = 50;
/** Characters of facts in one message at most, if it holds more than one: far below what the bus takes, whatever their bytes. */
const MOST_CHARACTERS = 128 * 1024;

export interface Heard {
  readonly provider: string;
  readonly channel: Channel;
  /** ISO 8601 UTC. */
  readonly receivedAt: string;
}

/** Facts as they travel on the bus: where, and under which tenant and key. A repeat by the provider is the same message. */
export interface SignalMessage<T = ProviderSignal> {
  readonly subject: string;
  readonly tenantId: string;
  readonly key: string;
  readonly event: CloudEvent<T>;
}

/** @param source who publishes it, as a CloudEvents source */
export function signalMessage(
  fact: Omit<ProviderSignal, keyof Heard>,
  { provider, channel, receivedAt }: Heard,
  source: string,
): SignalMessage {
  const subject = signalSubject(provider);
  const key = `${provider}:${fact.providerEventId}`;
  const { tenantId, deliveryId } = fact;
  return {
    subject,
    tenantId: tenantId ?? UNNAMED_TENANT,
    key,
    event: {
      specversion: '1.0',
      id: key,
      source,
      type: subject,
      time: fact.occurredAt,
      ...(deliveryId ? { subject: deliveryId } : {}),
      ...(tenantId ? { tenantid: tenantId } : {}),
      datacontenttype: 'application/json',
      data: { ...fact, provider, channel, receivedAt },
    },
  };
}

/**
 * The facts of one webhook in as few messages as may be, since each message costs the bus a write of its own: one for each provider and
 * tenant, in pieces of `MOST_FACTS`. A fact that is alone travels as it always did. Repeats among them are left out.
 *
 * @param digest of a text, short and without collisions: the key of several is made of their keys
 */
export function signalMessages(
  singles: readonly SignalMessage[],
  digest: (text: string) => string,
): SignalMessage<ProviderSignal | ProviderSignals>[] {
  const known = new Map<string, SignalMessage>();
  for (const single of singles) {
    const name = JSON.stringify([single.tenantId, single.key]);
    if (!known.has(name)) known.set(name, single);
  }
  const groups = Map.groupBy(known.values(), ({ tenantId, subject }) => JSON.stringify([tenantId, subject]));
  return [...groups.values()].flatMap((group) => piecesOf(group).map((piece) => together(piece, digest)));
}

function piecesOf(group: readonly SignalMessage[]): SignalMessage[][] {
  const pieces: SignalMessage[][] = [];
  let room = 0;
  for (const single of group) {
    const size = JSON.stringify(single.event.data).length;
    const last = pieces.at(-1);
    if (last && last.length < MOST_FACTS && size <= room) last.push(single);
    else pieces.push([single]);
    room = pieces.at(-1)?.length === 1 ? MOST_CHARACTERS - size : room - size;
  }
  return pieces;
}

function together(
  piece: readonly SignalMessage[],
  digest: (text: string) => string,
): SignalMessage<ProviderSignal | ProviderSignals> {
  const [first] = piece;
  if (!first || piece.length === 1) return first as SignalMessage;
  const { subject: _delivery, ...event } = first.event;
  const key = `facts:${digest(JSON.stringify(piece.map((each) => each.key)))}`;
  const facts = piece.flatMap((each) => each.event.data ?? []);
  return { ...first, key, event: { ...event, id: key, data: { facts } } };
}

/** Whether a message holds several facts. What each of them is remains to be looked at. */
export const holdsSeveral = (event: CloudEvent): event is CloudEvent<{ readonly facts: readonly unknown[] }> =>
  Array.isArray((event.data as Partial<ProviderSignals> | null | undefined)?.facts);

/** One fact of several, as a message of its own under its own key. @param subject where the several stood */
export function splitOff(
  event: CloudEvent<{ readonly facts: readonly unknown[] }>,
  index: number,
  subject: string,
): SignalMessage<unknown> {
  const data = event.data?.facts[index];
  const { provider, providerEventId, deliveryId } = (data ?? {}) as Partial<ProviderSignal>;
  const isNamed = typeof provider === 'string' && typeof providerEventId === 'string';
  const key = isNamed ? `${provider}:${providerEventId}` : `${event.id}:${index}`;
  const about = typeof deliveryId === 'string' ? { subject: deliveryId } : {};
  return { subject, tenantId: event.tenantid ?? UNNAMED_TENANT, key, event: { ...event, id: key, ...about, data } };
}
