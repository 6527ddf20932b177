import type { ProviderSignal } from '@homing/contracts';
import type { EventStore } from '@homing/event-store';
import type { SystemQueries } from '@homing/read-model';
import { startRounds, type Logger, type RoundLoop } from '@homing/service-kit';
import { createSignalPark, type VaultDatabase } from '@homing/vault/desk';
import type { RegistryReader } from '@homing/vault/registry';
import { recordBatch, type RecordParts } from '../record-signal/record.batch.js';
import type { Unmatched } from '../record-signal/signal.recorder.service.js';
import { MatchRound } from './match.round.js';
import { MessageMatcher, type MatcherParts } from './message.matcher.js';
import { SignalParker } from './signal.parker.js';

export interface MatchingSurroundings {
  /** Role `vault_desk`. */
  readonly db: VaultDatabase;
  readonly queries: Pick<SystemQueries, 'attemptsByProviderMessage' | 'currentPosition'>;
  readonly store: Pick<EventStore, 'headPosition'> & MatcherParts['store'];
  readonly registry: Pick<RegistryReader, 'findTenants'>;
  readonly recording: RecordParts;
  readonly logger: Logger;
}

export interface Matching extends Unmatched {
  readonly matcher: MessageMatcher;
  start(): void;
  stop(): Promise<void>;
}

const everyMs = 1_000;

/** Signals that match nothing yet: looked up, parked, tried again. */
export function wireMatching({ db, queries, store, registry, recording, logger }: MatchingSurroundings): Matching {
  const now = Date.now;
  const park = createSignalPark<ProviderSignal>(db);
  const matcher = new MessageMatcher({ queries, store, now });
  const record = (signals: readonly ProviderSignal[]) => recordBatch(recording, signals);
  const round = new MatchRound({ park, matcher, record, now, logger });
  let rounds: RoundLoop | undefined;
  return {
    matcher,
    parker: new SignalParker({ park, registry, now }),
    start: () => void (rounds = startRounds({ name: 'match signals', round: () => round.run(), everyMs, logger })),
    stop: async () => rounds?.stop(),
  };
}
