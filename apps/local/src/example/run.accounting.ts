import type { DecisionAnswer } from '@homing/contracts';
import type { ListedOutreach, ShownOutreach } from './api.client.js';
import { ENDS } from './example.summary.js';
import type { End, ExampleSummary, OpenOutreach, Refusal } from './example.summary.js';
import type { Heard } from './feed.journal.js';
import { compareLedger } from './ledger.comparison.js';
import type { SentMessage } from './ledger.client.js';
import type { RequestLine } from './request.lines.js';

/** Everything that was said about a run, by the bus, the API, the feed and the ledger. */
export interface Evidence {
  readonly lines: readonly RequestLine[];
  /** The decision told for a line. */
  readonly answers: ReadonlyMap<number, DecisionAnswer>;
  /** Lines the bus did not take. */
  readonly untaken: ReadonlyMap<number, string>;
  readonly deadLetters: number;
  /** ISO instant before the first line was published. */
  readonly startedAt: string;
  readonly outreach: ReadonlyMap<string, ListedOutreach>;
  /** More about those that are not at their end. */
  readonly details: ReadonlyMap<string, ShownOutreach>;
  readonly heard: (outreachId: string) => Heard | undefined;
  readonly ledger: readonly SentMessage[];
}

/** Puts every line, every outreach and every message in the ledger into exactly one place. */
export function accountFor(evidence: Evidence): ExampleSummary {
  const { lines, answers } = evidence;
  const ids = [...new Set([...answers.values()].map((answer) => answer.outreachId))];
  const rows = ids.map((id) => evidence.outreach.get(id) ?? { outreachId: id, state: 'accepted' });
  const endOf = new Map(rows.map((row) => [row.outreachId, whereItStands(row, evidence.details.get(row.outreachId))]));
  const count = (test: (row: ListedOutreach) => boolean) => rows.filter(test).length;
  const accepted = count(({ acceptedAt }) => acceptedAt === undefined || acceptedAt >= evidence.startedAt);
  const silent = lines.filter(({ line }) => !answers.has(line) && !evidence.untaken.has(line));
  const dead = silent.filter((line) => line.fault !== undefined);
  const delivered = (row: ListedOutreach) => endOf.get(row.outreachId) === 'delivered';
  const account = {
    published: answers.size + silent.length,
    accepted,
    knownBefore: ids.length - accepted,
    repeats: answers.size - ids.length,
    deadLetters: {
      lines: dead.map(({ line, requestId, fault = '' }) => ({ line, requestId, field: fault })),
      countedOnBus: evidence.deadLetters,
    },
    unanswered: silent
      .filter((line) => line.fault === undefined)
      .map(({ line, requestId }) => ({ line, requestId, reason: 'no decision was told' })),
    audience: ids.length,
    ends: Object.fromEntries(
      ENDS.map((end) => [end, count(({ outreachId }) => endOf.get(outreachId) === end)]),
    ) as Record<End, number>,
    opened: count((row) => delivered(row) && row.openedAt !== undefined),
    clicked: count((row) => delivered(row) && row.clickedAt !== undefined),
    refusals: refusalsOf(rows, answers),
    open: rows.flatMap((row) => openOf(row, endOf.get(row.outreachId), evidence)),
    ledger: compareLedger(
      rows.map((row) => ({ row, end: endOf.get(row.outreachId) ?? 'open', heard: evidence.heard(row.outreachId) })),
      evidence.ledger,
    ),
  };
  return { ...account, faults: faultsOf(account, evidence) };
}

export function whereItStands(row: ListedOutreach, detail?: ShownOutreach): End {
  switch (row.state) {
    case 'delivered':
    case 'opened':
    case 'clicked':
    case 'responded':
    case 'complained':
    case 'unsubscribed':
      return 'delivered';
    case 'bounced':
    case 'refused':
    case 'skipped':
    case 'expired':
    case 'cancelled':
      return row.state;
    case 'failed':
      return row.outcome === 'dropped' ? 'dropped' : 'failed';
    case 'outcome_unknown':
    case 'assumed_sent':
      return 'unknown';
    default:
      return detail?.deliveries.some(({ state }) => state === 'retrying') ? 'retrying' : 'open';
  }
}

function refusalsOf(rows: readonly ListedOutreach[], answers: ReadonlyMap<number, DecisionAnswer>): Refusal[] {
  const steps = new Map([...answers.values()].map(({ outreachId, refusal }) => [outreachId, refusal]));
  const counts = new Map<string, Refusal>();
  for (const { outreachId, reason: told } of rows.filter(({ state }) => state === 'refused')) {
    const { step, reason } = steps.get(outreachId) ?? { step: 'not told', reason: told ?? 'not told' };
    const key = `${step} ${reason}`;
    counts.set(key, { step, reason, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}

function openOf({ outreachId, state }: ListedOutreach, end: End | undefined, evidence: Evidence): OpenOutreach[] {
  if (end !== 'open' && end !== 'retrying' && end !== 'unknown') return [];
  const shown = end === 'retrying' ? end : state;
  const timeline = evidence.details.get(outreachId)?.timeline ?? [];
  const last = timeline.findLast(({ transition }) => transition === shown) ?? timeline.at(-1);
  const words = last ? [last.transition, last.reason, `since ${last.occurredAt}`] : ['the API knows no more'];
  return [{ outreachId, state: shown, reason: words.filter((word) => word && word !== shown).join(' ') }];
}

function faultsOf(account: Omit<ExampleSummary, 'faults'>, { lines, answers }: Evidence): string[] {
  const { ledger, ends, unanswered, deadLetters } = account;
  const twins = requestsWithTwoOutreach(lines, answers);
  const wrong: readonly (readonly [number, string])[] = [
    [ledger.sentTwice, 'messages were sent twice'],
    [ledger.unclaimed.length, 'messages are in the ledger that the system does not speak of'],
    [ledger.missing.length, 'messages the system speaks of are not in the ledger'],
    [twins, 'requests became more than one outreach'],
    [lines.length - account.published, 'lines were not taken by the bus'],
    [unanswered.length, 'sound lines without a decision'],
    [Math.max(0, deadLetters.lines.length - deadLetters.countedOnBus), 'faulty lines are not among the dead letters'],
    [ends.open, 'outreach are still under way'],
  ];
  return wrong.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
}

function requestsWithTwoOutreach(lines: readonly RequestLine[], answers: ReadonlyMap<number, DecisionAnswer>): number {
  const pairs = new Map<string, Set<string>>();
  for (const { line, requestId } of lines) {
    const outreachId = answers.get(line)?.outreachId;
    if (outreachId) pairs.set(requestId, (pairs.get(requestId) ?? new Set()).add(outreachId));
  }
  return [...pairs.values()].filter((outreach) => outreach.size > 1).length;
}
