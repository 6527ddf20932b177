import type { Channel } from '@homing/contracts';
import {
  chainOf,
  stepCommand,
  type BookedLeg,
  type ChosenSendTime,
  type ContactSlot,
  planLeg,
  plannedInstant,
  type BookEntry,
  type DecideOutreach,
  type LedgerAsk,
  type PlanLeg,
} from '@homing/domain';
import { campaignDay } from '@homing/intake/rules';
import { timed } from '../decide-outreach/decision.metrics.js';
import {
  askBooks,
  bookingOf,
  enterBooks,
  type AskedBooks,
  type AskResult,
  type Taken,
  type UndoEntry,
} from './ledger.runner.js';
import { placeMessage, type Placed, type PlaceParts } from './message.placing.js';

export interface BookParts {
  readonly books: AskedBooks;
  /** IANA zone of the campaign's days. */
  readonly zone: string;
  /** IANA zone of the tenant's. Default UTC. */
  readonly tenantZone?: string | undefined;
}

export interface Booked {
  /** Complete: `decideOutreach` needs nothing more. */
  readonly command: DecideOutreach;
  /** What undoes it, should another decision stand in the stream. */
  readonly undo: readonly UndoEntry[];
}

/** An earlier try of this round booked, and its booking is over: perhaps the message has gone out meanwhile. */
export type Booking = Booked | 'lapsed';

/**
 * Plans what a request asks for and has it booked: one message; of a chain its first step that fits, and with it why those before it do
 * not; of channels tried at once all that fit. A repeat of what was sent before is a repeat on every channel.
 */
export async function bookDecision(parts: BookParts, command: PlanLeg): Promise<Booking> {
  const chain = chainOf(command);
  if (!chain?.steps.length) return bookMessage(parts, command);
  const legs: BookedLeg[] = [];
  const undo: UndoEntry[] = [];
  for (const step of chain.steps) {
    const booking = await bookMessage(parts, stepCommand(command, step));
    if (booking === 'lapsed') return booking;
    legs.push(booking.command);
    undo.push(...booking.undo);
    const { booked } = booking.command;
    if (chain.strategy !== 'parallel' && (booked?.kind === 'booked' || booked?.step === 'dedup')) break;
  }
  return { command: { ...command, legs }, undo };
}

/**
 * Plans one message, finds room for it where quotas count, and has it booked. What an earlier try of the same round booked is adopted as
 * it was planned then: a decision taken again after a crash is the same decision. A booking that has lapsed is left as it is: the round
 * is to be fenced off and decided anew, for only the stream knows whether it was committed.
 */
export async function bookMessage(parts: BookParts, command: PlanLeg): Promise<Booking> {
  const wanted = plan(parts, command);
  if (wanted.asks.length === 0) return { command: wanted.planned, undo: [] };
  const room = await place(parts, wanted);
  if (room.kind === 'lapsed') return 'lapsed';
  const fresh = room.kind === 'placed' ? plan(parts, { ...command, placed: room.when }) : wanted;
  const own = await askBooks(parts.books, command.request.tenantId, fresh.asks.slice(0, 1));
  if (own.verdict.kind === 'refused') return result(fresh, own, room);
  if (own.verdict.kind === 'none') throw new Error('the first ask is the person’s own');
  const { slot } = own.verdict;
  if (!own.verdict.held || isAsPlanned(fresh, slot)) return askRest(parts, fresh, { own, room });
  if (Date.parse(slot.until) < Date.parse(command.now)) return 'lapsed';
  const adopted = plan(parts, { ...command, pinned: slot });
  const undo = undoOf(own, fresh.asks);
  if (adopted.asks.length === 0) return { command: adopted.planned, undo: [...undo, ...allOf(room)] };
  const pinned = await place(parts, adopted, slot.at);
  if (pinned.kind === 'lapsed') return 'lapsed';
  const booked = await askRest(parts, adopted, { own, room: pinned });
  const left = allOf(room).filter(({ stream }) => !booked.undo.some((entry) => entry.stream === stream));
  return { ...booked, undo: [...booked.undo, ...left] };
}

/** Room for what is planned, where its channel or its campaign counts messages. `only`: at that instant. */
function place({ books, zone, tenantZone = 'UTC' }: BookParts, { leg, planned }: Planned, only?: string) {
  if (!leg) throw new Error('what asks the books is planned');
  const { request, inputs, now } = planned;
  const parts: PlaceParts = { books, zone, tenantZone };
  const { tenantId, urgency, expiresAt } = request;
  return placeMessage(parts, {
    ...{ tenantId, urgency, expiresAt, now, attempt: 1, moves: false },
    ...{ key: leg.key, channel: leg.channel, wanted: leg.when, only: only !== undefined },
    ...{ policy: inputs.policy, campaign: inputs.campaign?.limits, clock: inputs.clock },
  });
}

/** Everything a search for room has taken, whether it is used or not. */
const allOf = (room: Placed): readonly UndoEntry[] =>
  room.kind === 'placed' || room.kind === 'full' ? [...room.taken.map((one) => one.undo), ...room.left] : [];

/**
 * Gives back what rounds before this one may still hold: of a decision, of all its steps; of a later step, of that one. They were fenced
 * off. Otherwise the request would stand in its own way.
 */
export async function releaseEarlierRounds(parts: BookParts, command: PlanLeg): Promise<void> {
  const rounds = Array.from({ length: (command.round ?? 1) - 1 }, (_, i) => i + 1);
  const steps = (command.step ? undefined : chainOf(command)?.steps) ?? [];
  const messages = steps.length > 0 ? steps.map((step) => stepCommand(command, step)) : [command];
  const entries = rounds.flatMap((round) =>
    messages.flatMap((message) =>
      plan(parts, { ...message, round }).asks.map(({ ledger, stream, command: asked }): BookEntry => {
        return { ledger, stream, command: { kind: 'release', key: keyOf(asked) } };
      }),
    ),
  );
  await enterBooks(parts.books, command.request.tenantId, entries);
}

interface Planned {
  readonly planned: DecideOutreach;
  /** Empty: refused before the books are asked. */
  readonly asks: readonly LedgerAsk[];
  readonly leg?: { readonly key: string; readonly channel: Channel; readonly when: ChosenSendTime };
}

function plan({ zone }: BookParts, command: PlanLeg): Planned {
  const limits = command.inputs.campaign?.limits;
  const planned = limits ? { ...command, day: campaignDay(plannedInstant(command), zone) } : command;
  const legPlan = timed('plan', () => planLeg(planned));
  if (legPlan.kind === 'refused') return { planned, asks: [] };
  const [own] = legPlan.asks;
  if (own?.ledger !== 'person') throw new Error('the first ask is the person’s own');
  const { channel, sendAt } = legPlan.leg;
  const when = legPlan.when ?? { kind: 'at', at: sendAt, code: 'now' };
  const { command: asked } = own;
  return { planned, asks: legPlan.asks, leg: { key: keyOf(asked), channel, when } };
}

const keyOf = (command: LedgerAsk['command']): string => ('slot' in command ? command.slot.key : command.key);

const isAsPlanned = ({ asks: [own] }: Planned, slot: ContactSlot): boolean =>
  own?.ledger === 'person' &&
  own.command.kind === 'book' &&
  own.command.slot.at === slot.at &&
  own.command.slot.channel === slot.channel;

/** The person's own slot stands; everybody else is asked, unless there is no room. */
async function askRest(
  { books }: BookParts,
  planned: Planned,
  { own, room }: { readonly own: AskResult; readonly room: Placed },
): Promise<Booked> {
  if (room.kind === 'full') return result(planned, { ...own, verdict: room.refusal }, room);
  const rest = await askBooks(books, planned.planned.request.tenantId, planned.asks.slice(1));
  const verdict = rest.verdict.kind === 'refused' ? rest.verdict : own.verdict;
  return result(planned, { verdict, taken: [...own.taken, ...rest.taken] }, room);
}

function result({ planned, asks }: Planned, asked: AskResult, room: Placed): Booked {
  const { verdict } = asked;
  const undo = [...undoOf(asked, asks), ...allOf(room)];
  if (verdict.kind === 'refused') return { command: { ...planned, booked: verdict }, undo };
  if (verdict.kind === 'none') throw new Error('a message must be asked for in its person’s book');
  const taken: Taken[] = [...asked.taken, ...(room.kind === 'placed' ? room.taken : [])];
  const booking = bookingOf(planned.round ?? 1, { slot: verdict.slot, taken });
  return { command: { ...planned, booked: { kind: 'booked', booking, slot: verdict.slot } }, undo };
}

function undoOf({ taken }: Pick<AskResult, 'taken'>, asks: readonly LedgerAsk[]): UndoEntry[] {
  return asks.flatMap(({ ledger, stream, command }): UndoEntry[] => {
    const held = taken.find((one) => one.stream === stream);
    if (!held) return [];
    const { fresh, serial } = held;
    const key = keyOf(command);
    return [{ ledger, stream, command: { kind: 'release', key, ...(serial > 0 ? { serial } : {}) }, fresh }];
  });
}
