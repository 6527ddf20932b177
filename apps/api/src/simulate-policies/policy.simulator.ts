import { setImmediate as breath } from 'node:timers/promises';
import { WhatIf, type PastDecision, type WhatIfResult } from '@homing/domain';
import { quotaZone, recipientClock, type Rules } from '@homing/intake/rules';
import type { PastDecisionRow } from '@homing/read-model';
import type { ApiParts } from '../api.parts.js';
import { CandidateRules, type Candidate } from './candidate.rules.js';
import { keptDays } from './local.days.js';

/** Decisions read at once. */
const PAGE = 1_000;
/** Decisions replayed before others get the event loop: a few milliseconds. */
const SLICE = 50;
const HOUR_MS = 3_600_000;
/** How far before the period books are filled: a week's cap, and the day a booking may lie ahead. */
const FILLED_HOURS = 8 * 24;

export interface Simulation {
  readonly candidate: Candidate;
  readonly from: string;
  readonly to: string;
  readonly limit: number;
  readonly examples: number;
  /** Aborted when nobody wants the answer any more, or it took too long. */
  readonly signal: AbortSignal;
}

export interface Simulated {
  /** False: more decisions lie in the period than were asked for. */
  readonly complete: boolean;
  /** Where the next simulation would go on; absent when complete. */
  readonly nextFrom?: string;
  readonly result: WhatIfResult;
}

type Parts = {
  readonly registry: Pick<ApiParts['registry'], 'findCampaignsById'>;
  readonly queries: Pick<ApiParts['queries'], 'decisions' | 'spokenFor'>;
};

/**
 * Replays the recorded decisions of a period under a candidate, page by page; reads only. Gives the event loop back every few
 * milliseconds.
 * @throws the signal's reason once it is aborted
 */
export async function simulate(
  parts: Parts,
  { candidate, from, to, limit, examples, signal }: Simulation,
): Promise<Simulated> {
  const { tenantId } = candidate;
  const rules = new CandidateRules(parts.registry, candidate);
  const whatIf = new WhatIf<Rules>({
    rulesOf: (campaignKey) => rules.of(campaignKey),
    clockOf: (ruled, request, now) => recipientClock(ruled, request, now),
    dayOf: keptDays(),
    quotaZoneOf: ({ tenantZone = 'UTC' }, span) => quotaZone(tenantZone, span),
    rulesOfAll: rules.ofAll,
    examples,
  });
  const filledFrom = new Date(Date.parse(from) - filledHours(rules.first) * HOUR_MS).toISOString();
  const open = (ruled: readonly Rules[]) => openBudgets(parts, whatIf, { tenantId, before: filledFrom, rules: ruled });
  await open(rules.first);
  const replay = async (rows: readonly PastDecisionRow[], take: (past: PastDecision) => void): Promise<void> => {
    await open(await rules.learn(rows.map(({ record }) => record.request.campaignKey)));
    for (const [i, row] of rows.entries()) {
      if (i % SLICE === 0) {
        await breath();
        signal.throwIfAborted();
      }
      take(pastOf(row));
    }
  };
  for await (const { rows } of pages(parts, { tenantId, from: filledFrom, to: from, limit: Infinity }))
    await replay(rows, (past) => whatIf.before(past));
  let nextFrom: string | undefined;
  for await (const { rows, next } of pages(parts, { tenantId, from, to, limit })) {
    await replay(rows, (past) => whatIf.add(past));
    nextFrom = next;
  }
  return { complete: nextFrom === undefined, ...(nextFrom === undefined ? {} : { nextFrom }), result: whatIf.result() };
}

/** What the longest look-back among these asks for. */
const filledHours = (rules: readonly Rules[]): number =>
  Math.max(FILLED_HOURS, ...rules.map(({ policy }) => (policy.contactLimits.dedupHours ?? 0) + 24));

/** Campaigns that have a total begin with what they had spoken for. */
async function openBudgets(
  { queries }: Parts,
  whatIf: WhatIf<Rules>,
  { tenantId, before, rules }: { tenantId: string; before: string; rules: readonly Rules[] },
): Promise<void> {
  const limited = rules.flatMap(({ campaign }) =>
    campaign?.limits?.totalMicros === undefined ? [] : [campaign.limits],
  );
  if (limited.length === 0) return;
  const campaignKeys = limited.map(({ campaignKey }) => campaignKey);
  for (const { campaignKey, micros } of await queries.spokenFor({ tenantId, campaignKeys, before }))
    whatIf.open(campaignKey, Number(micros));
}

interface Period {
  readonly tenantId: string;
  readonly from: string;
  readonly to: string;
  readonly limit: number;
}

/** `next`: when the first decision beyond the limit was taken. While a page is used, the next is read. */
async function* pages({ queries }: Parts, { limit, ...period }: Period) {
  const read = (wanted: number, after?: PastDecisionRow) => {
    const page = queries.decisions({ ...period, limit: wanted + 1, ...(after ? { after } : {}) });
    // Whoever stops in between waits for it no more.
    page.catch(() => undefined);
    return page;
  };
  let wanted = Math.min(PAGE, limit);
  let coming = read(wanted);
  for (let left = limit; ;) {
    const found = await coming;
    const rows = found.slice(0, wanted);
    const beyond = found[wanted];
    left -= rows.length;
    wanted = Math.min(PAGE, left);
    const more = beyond !== undefined && left > 0;
    if (more) coming = read(wanted, rows.at(-1));
    yield { rows, next: left === 0 ? beyond?.decidedAt : undefined };
    if (!more) return;
  }
}

const pastOf = ({ record, sent, retries, givenBackAt }: PastDecisionRow): PastDecision => ({
  ...record,
  ...{ sent, retries },
  ...(givenBackAt === null ? {} : { givenBackAt }),
});
