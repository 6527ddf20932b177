import { ledgerKindOf, personStream, reservationKey } from '@homing/contracts';
import { attemptState } from '../delivery/attempt-state.policy.js';
import { mayHaveReached } from '../delivery/delivery-state.policy.js';
import type { Delivery, KnownOutreach, OutreachState } from '../outreach/outreach.state.js';
import { serialOf } from '../outreach/booking.fold.js';
import {
  balanceAsks,
  heldUntil,
  heldWhileOpen,
  type CampaignDay,
  type CampaignLimits,
  type LedgerAsk,
} from './ledger.asks.js';
import { chargesOf, OPEN } from './charges.policy.js';
import type { BalanceCommand } from './balance.decider.js';
import type { ContactLimits, SlotCommand } from './person.decider.js';
import type { Rebooking } from '../delivery/rebooking.policy.js';

/** One entry to make in a book, whatever it answers. */
export type BookEntry =
  | { readonly ledger: 'person'; readonly stream: string; readonly command: SlotCommand }
  | { readonly ledger: 'budget' | 'quota'; readonly stream: string; readonly command: BalanceCommand };

/** The reservation that an entry is about. */
export const entryKey = ({ command }: BookEntry): string => ('slot' in command ? command.slot.key : command.key);

/**
 * What the books are owed by how an outreach stands: what was charged is settled, and what surely never will be sent is
 * released. Nothing is released before the end stands in the stream. Making an entry twice changes nothing.
 */
export function bookEntriesOf(state: OutreachState): BookEntry[] {
  if (state.status !== 'active' && state.status !== 'settled') return [];
  return state.deliveries.flatMap((delivery) => entriesOf(state, delivery));
}

function entriesOf(state: KnownOutreach, delivery: Delivery): BookEntry[] {
  const { booking, ledgers = [], plan } = delivery;
  if (!booking) return [];
  const charged = chargesOf(delivery);
  const keyOf = (charge: number): string => keyFor(state, delivery, charge);
  const last = delivery.attempts.at(-1);
  const over =
    (delivery.closed !== undefined || state.status === 'settled') &&
    delivery.next === undefined &&
    !(last && OPEN.has(attemptState(last)));
  const late = last?.assistance?.end?.late ? last.assistance.end.at : undefined;
  return ledgers.flatMap((stream): BookEntry[] => {
    const ledger = ledgerKindOf(stream);
    if (ledger === undefined) return [];
    if (ledger === 'person' && late !== undefined)
      return [{ ledger, stream, command: { kind: 'keep', slot: sentSlot(state, delivery, late) } }];
    if (ledger === 'person') {
      const release = over && !mayHaveReached(delivery);
      return release ? [{ ledger, stream, command: { kind: 'release', key: keyOf(1) } }] : [];
    }
    const price = ledger === 'budget' ? plan.cost.micros : 1;
    const entries = Array.from({ length: charged }, (_, i): BookEntry => {
      // What was given back is charged where it stood last; a day that the leg had left has nothing to do with it.
      if (late !== undefined && i + 1 === charged && booking.ledgers.includes(stream))
        return { ledger, stream, command: { kind: 'charge', key: keyOf(charged), charged: price } };
      const serial = serialOf(delivery, stream, i + 1);
      const which = serial === undefined ? {} : { serial };
      return { ledger, stream, command: { kind: 'settle', key: keyOf(i + 1), charged: price, ...which } };
    });
    // A day that the leg has left, or a reservation that no attempt will use any more.
    const unused = over || !booking.ledgers.includes(stream);
    return unused ? [...entries, { ledger, stream, command: { kind: 'release', key: keyOf(charged + 1) } }] : entries;
  });
}

/** The contact that somebody made after its slot had been given back: at the instant they say so. */
function sentSlot(state: KnownOutreach, delivery: Delivery, at: string) {
  const { leg, channel, plan } = delivery;
  const content = state.chain?.steps.find(({ step }) => step === leg)?.contentKey ?? state.request.contentKey;
  const { ordinal, fingerprint } = plan.contact;
  const of = { key: keyFor(state, delivery, 1), channel, ordinal, fingerprint, at, until: at, cost: plan.cost };
  return content === undefined ? of : { ...of, content };
}

const keyFor = (state: KnownOutreach, { leg, plan }: Delivery, charge: number): string =>
  reservationKey({ outreachId: state.request.outreachId, leg, round: plan.booking?.round ?? 1, charge });

/** Names what the next message of a leg that the provider will charge holds in the books. */
export const nextChargeKey = (state: KnownOutreach, delivery: Delivery): string =>
  keyFor(state, delivery, chargesOf(delivery) + 1);

export interface Rebook {
  readonly limits: ContactLimits;
  readonly campaign?: CampaignLimits | undefined;
  /** The campaign's day at the new instant. */
  readonly day?: CampaignDay | undefined;
  /** When quiet hours begin or the send window ends: the booking holds no longer. */
  readonly openUntil?: string | undefined;
  /** No later than when the outreach was read. */
  readonly now: string;
}

/**
 * What a retry, or a start that has lapsed, must have in the books before it is planned. Its slot comes along. The first is the
 * person's own: what it answers was perhaps planned before, for another instant, and the rest is to be asked for that one.
 */
export function rebookAsks(
  state: KnownOutreach,
  rebooking: Rebooking,
  { limits, campaign, day, openUntil, now }: Rebook,
): LedgerAsk[] {
  const delivery = state.deliveries.find((d) => d.leg === rebooking.leg);
  if (!delivery?.booking) return [];
  const { micros } = delivery.plan.cost;
  const counted = { channel: delivery.channel, micros, campaign, day };
  const until = heldWhileOpen(heldUntil(rebooking.at, counted), openUntil);
  const { attempt, at } = rebooking;
  const move: SlotCommand = { kind: 'move', key: keyFor(state, delivery, 1), attempt, at, until, limits, now };
  const people = delivery.booking.ledgers.filter((stream) => ledgerKindOf(stream) === 'person');
  const streams = people.length > 0 ? people : [personStream(state.request.personId)];
  return [
    ...streams.map((stream): LedgerAsk => ({ ledger: 'person', stream, command: move })),
    ...balanceAsks(nextChargeKey(state, delivery), counted),
  ];
}
