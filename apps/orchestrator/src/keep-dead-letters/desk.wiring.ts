import { createSendgridWebhook } from '@homing/channels';
import type { RequestIntake } from '@homing/intake';
import { type Bus, DeadLetterStream, Publisher } from '@homing/messaging';
import {
  startRounds,
  type Env,
  type Logger,
  type RoundLoop,
  type Secret,
  type ServiceBasics,
} from '@homing/service-kit';
import {
  createDeadLetterFile,
  createInboundFile,
  createInboundOpener,
  createInboundPark,
  createLetterOpener,
  openVaultDatabase,
  pingVault,
  type InboundFile,
  type InboundPark,
  type OpenInbound,
  type VaultDatabase,
} from '@homing/vault/desk';
import type { RegistryReader } from '@homing/vault/registry';
import type { Fingerprinter } from '@homing/vault/seal';
import type { Provider, Type } from '@nestjs/common';
import { DeadLetterController } from './dead-letter.controller.js';
import { openDesk } from './desk.requests.js';
import { InboundDesk } from './inbound.desk.js';
import { tidyDesk } from './desk.round.js';
import { LetterDesk } from './letter.desk.js';
import { LetterFiler } from './letter.filer.service.js';
import { replayLetter } from './letter.replay.js';

export interface DeskSettings {
  /** Database `vault`, role `vault_desk`. */
  readonly databaseUrl: Secret;
  /** Private half of the dead letters' own key pair: it opens nothing else. */
  readonly openKey: Secret;
  readonly tidyEveryMs: number;
}

export const readDeskSettings = (env: Env): DeskSettings => ({
  databaseUrl: env.secret('DESK_DATABASE_URL', { protocols: ['postgres', 'postgresql'] }),
  openKey: env.secret('DEAD_LETTER_OPEN_KEY', { minLength: 44 }),
  tidyEveryMs: env.int('DESK_TIDY_MS', { default: 10_000, min: 100 }),
});

export interface DeskSurroundings {
  readonly bus: Bus;
  readonly intake: RequestIntake;
  readonly registry: Pick<RegistryReader, 'findTenants'>;
  readonly fingerprinter: Fingerprinter;
  readonly logger: Logger;
  readonly readiness: ServiceBasics['readiness'];
  readonly now: () => string;
}

export interface Desk {
  /** Of the desk's role. */
  readonly db: VaultDatabase;
  /** What people wrote to us: sealed to the desk, and filed by it. */
  readonly inbound: InboundFile;
  readonly inboundPark: InboundPark;
  readonly openInbound: OpenInbound;
  readonly controllers: Type[];
  readonly providers: Provider[];
  start(): void;
  close(): Promise<void>;
}

/** A caller waits for each answer: better "not now" soon than late. */
const publishing = { ackTimeoutMs: 1_000, deadlineMs: 4_000 };

/** The desk of the dead letters, with a database login, a key and a publisher of its own. */
export function wireDesk(settings: DeskSettings, around: DeskSurroundings): Desk {
  const { bus, intake, registry, fingerprinter, logger, readiness, now } = around;
  const db = openVaultDatabase({ url: settings.databaseUrl.reveal(), maxConnections: 3 });
  const file = createDeadLetterFile(db);
  const stream = new DeadLetterStream(bus);
  const publisher = new Publisher(bus, publishing);
  const parsers = new Map([createSendgridWebhook()].map((parser) => [parser.provider, parser]));
  const opener = createLetterOpener({ openKey: settings.openKey.reveal() });
  const inboundFile = createInboundFile(db);
  const openInbound = createInboundOpener({ openKey: settings.openKey.reveal() });
  const inbound = new InboundDesk({ file: inboundFile, open: openInbound, sealAnswer: opener.sealAnswer });
  const desk = new LetterDesk({
    file,
    stream,
    opener,
    replay: (replay) => replayLetter({ intake, publisher, parsers, now }, replay),
    digestOf: (letterId, wish) => fingerprinter.digest(letterId, { wish: wish ?? null }),
  });
  readiness.add('desk', async () => (await pingVault(db), { status: 'up' }));
  let stopHearing = (): void => {};
  let rounds: RoundLoop | undefined;
  return {
    db,
    inbound: inboundFile,
    inboundPark: createInboundPark(db),
    openInbound,
    controllers: [DeadLetterController],
    providers: [{ provide: LetterFiler, useValue: new LetterFiler({ file, stream, registry }) }],
    start() {
      stopHearing = openDesk({ bus, desk, inbound, logger });
      const round = () => tidyDesk({ file, stream, now: () => new Date() });
      rounds = startRounds({ name: 'tidy desk', round, everyMs: settings.tidyEveryMs, logger });
    },
    async close() {
      stopHearing();
      await rounds?.stop();
      await db.destroy();
    },
  };
}
