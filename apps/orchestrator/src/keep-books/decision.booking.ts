import {
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
import { askBooks, bookingOf, enterBooks, type AskedBooks, type AskResult } from './ledger.runner.js';

export interface BookParts {
  readonly books: AskedBooks;
  /** IANA zone of the campaign's days. */
  readonly zone: string;
}

export interface Booked {
  /** Complete: `decideOutreach` needs nothing more. */
  readonly command: DecideOutreach;
  /** What undoes it, should another decision stand in the stream. */
  readonly undo: readonly UndoEntry[];
}

/** Releases one reservation, that and no other under its key. `fresh`: made by this very run. */
export type UndoEntry = BookEntry & {
  readonly fresh: boolean;
  readonly command: { readonly key: string; readonly serial?: number };
};

/** An earlier try of this round booked, and its booking is over: perhaps the message has gone out meanwhile. */
export type Booking = Booked | 'lapsed';

/**
 * Plans one message and has it booked. What an earlier try of the same round booked is adopted as it was planned then: a
 * decision taken again after a crash is the same decision. A booking that has lapsed is left as it is: the round is to be fenced off
 * and decided anew, for only the stream knows whether it was committed.
 */
export async function bookDecision(parts: BookParts, command: PlanLeg): Promise<Booking> {
  const fresh = plan(parts, command);
  if (fresh.asks.length === 0) return { command: fresh.planned, undo: [] };
  const own = await askBooks(parts.books, command.request.tenantId, fresh.asks.slice(0, 1));
  if (own.verdict.kind === 'refused') return result(fresh, own);
  if (own.verdict.kind === 'none') throw new Error('the first ask is the person’s own');
  const { slot } = own.verdict;
  if (!own.verdict.held || isAsPlanned(fresh, slot)) return askRest(parts, fresh, own);
  if (Date.parse(slot.until) < Date.parse(command.now)) return 'lapsed';
  const adopted = plan(parts, { ...command, pinned: slot });
  if (adopted.asks.length === 0) return { command: adopted.planned, undo: undoOf(own, fresh.asks) };
  return askRest(parts, adopted, own);
}

/** Gives back what rounds before this one may still hold; they were fenced off. Otherwise the request would stand in its own way. */
export async function releaseEarlierRounds(parts: BookParts, command: PlanLeg): Promise<void> {
  const rounds = Array.from({ length: (command.round ?? 1) - 1 }, (_, i) => i + 1);
  const entries = rounds.flatMap((round) =>
    plan(parts, { ...command, round }).asks.map(({ ledger, stream, command: asked }): BookEntry => {
      const key = asked.kind === 'book' ? asked.slot.key : asked.key;
      return { ledger, stream, command: { kind: 'release', key } };
    }),
  );
  await enterBooks(parts.books, command.request.tenantId, entries);
}

interface Planned {
  readonly planned: DecideOutreach;
  /** Empty: refused before the books are asked. */
  readonly asks: readonly LedgerAsk[];
}

function plan({ zone }: BookParts, command: PlanLeg): Planned {
  const limits = command.inputs.campaign?.limits;
  const planned = limits ? { ...command, day: campaignDay(plannedInstant(command), zone) } : command;
  const legPlan = timed('plan', () => planLeg(planned));
  return { planned, asks: legPlan.kind === 'planned' ? legPlan.asks : [] };
}

const isAsPlanned = ({ asks: [own] }: Planned, slot: ContactSlot): boolean =>
  own?.ledger === 'person' &&
  own.command.kind === 'book' &&
  own.command.slot.at === slot.at &&
  own.command.slot.channel === slot.channel;

/** The person's own slot stands; everybody else is asked. */
async function askRest({ books }: BookParts, planned: Planned, own: AskResult): Promise<Booked> {
  const rest = await askBooks(books, planned.planned.request.tenantId, planned.asks.slice(1));
  const verdict = rest.verdict.kind === 'refused' ? rest.verdict : own.verdict;
  return result(planned, { verdict, taken: [...own.taken, ...rest.taken] });
}

function result({ planned, asks }: Planned, asked: AskResult): Booked {
  const { verdict, taken } = asked;
  const undo = undoOf(asked, asks);
  if (verdict.kind === 'refused') return { command: { ...planned, booked: verdict }, undo };
  if (verdict.kind === 'none') throw new Error('a message must be asked for in its person’s book');
  const booking = bookingOf(planned.round ?? 1, { slot: verdict.slot, taken });
  return { command: { ...planned, booked: { kind: 'booked', booking, slot: verdict.slot } }, undo };
}

function undoOf({ taken }: Pick<AskResult, 'taken'>, asks: readonly LedgerAsk[]): UndoEntry[] {
  return asks.flatMap(({ ledger, stream, command }): UndoEntry[] => {
    const held = taken.find((one) => one.stream === stream);
    if (!held) return [];
    const { fresh, serial } = held;
    const key = command.kind === 'book' ? command.slot.key : command.key;
    return [{ ledger, stream, command: { kind: 'release', key, ...(serial > 0 ? { serial } : {}) }, fresh }];
  });
}
