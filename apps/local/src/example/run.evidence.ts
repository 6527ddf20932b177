import { retryWithBackoff } from '@homing/service-kit';
import { readLedger } from './ledger.client.js';
import { lookUp, showAll } from './outreach.lookup.js';
import { whereItStands } from './run.accounting.js';
import type { Evidence } from './run.accounting.js';
import { outreachOf } from './run.state.js';
import type { Running } from './run.state.js';

export interface EvidenceWish {
  readonly startedAt: string;
  readonly simulatorUrl: string;
}

/** Asks everybody who can tell what became of the run. */
export async function gatherEvidence(running: Running, { startedAt, simulatorUrl }: EvidenceWish): Promise<Evidence> {
  const { lines, publisher, journal, api, deadLetters } = running;
  const ids = outreachOf(running);
  const outreach = await lookUp(api, ids);
  const unfinished = [...outreach.values()].filter((row) => ['open', 'unknown'].includes(whereItStands(row)));
  const shown = await showAll(
    api,
    unfinished.map(({ outreachId }) => outreachId),
  );
  return {
    lines,
    answers: publisher.answers,
    untaken: publisher.untaken,
    deadLetters: await deadLetters(),
    startedAt,
    outreach,
    details: new Map(shown.map((each) => [each.outreachId, each])),
    heard: (outreachId) => journal.of(outreachId),
    ledger: await retryWithBackoff(() => readLedger(simulatorUrl, ids), { capMs: 2_000, maxAttempts: 12 }),
  };
}
