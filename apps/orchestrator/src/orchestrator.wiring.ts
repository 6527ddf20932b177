import {
  BUS_STREAMS,
  createIdDeriver,
  inboundReceivedMessage,
  type CommandAnswer,
  type ContactAnswer,
  type ConversionAnswer,
} from '@homing/contracts';
import { DEFAULT_CHANNEL_PROVIDERS, RECLAIM_AFTER_MS } from '@homing/domain';
import { connectEventStore, type Folded } from '@homing/event-store';
import { readOutreach } from '@homing/event-store/outreach';
import type { OutreachState } from '@homing/domain';
import { createIntake, requestConcern } from '@homing/intake';
import { readInstallation } from '@homing/intake/rules';
import { connectBus, DispatchWindow, JetStreamServer, Publisher } from '@homing/messaging';
import { connectReadModel, createLedgerSnapshots, createSystemQueries } from '@homing/read-model';
import {
  closeOnShutdown,
  startRounds,
  type RoundLoop,
  type ServiceBasics,
  type WiredService,
} from '@homing/service-kit';
import { createVaultIntake, openVaultDatabase, pingVault, vaultIncarnation } from '@homing/vault/intake';
import { createConsentStore } from '@homing/vault/consent';
import { createRegistry } from '@homing/vault/registry';
import { createSenderBook, createSuppressionStore } from '@homing/vault/suppression';
import { createDeadLetterSealer, createFingerprinter } from '@homing/vault/seal';
import { createLedgers } from '@homing/event-store/ledger';
import { Module, type DynamicModule } from '@nestjs/common';
import { answerWord } from './answer-words/word.answerer.js';
import { OutreachRequestedController } from './decide-outreach/outreach-requested.controller.js';
import { engagementOf } from './decide-outreach/engagement.reader.js';
import { lastInboundOf } from './decide-outreach/last-inbound.reader.js';
import { sendHoursOf } from './decide-outreach/send-hours.reader.js';
import { OutreachDecider, type DeciderParts } from './decide-outreach/outreach.decider.service.js';
import { ledgerSnapshots } from './keep-books/ledger.snapshots.js';
import { consentsOf } from './keep-books/consent.gatherer.js';
import { heldBackOf } from './keep-books/held-back.gatherer.js';
import { gatherRules } from './keep-books/policy.gatherer.js';
import { INBOUND_PARTS, InboundController } from './hear-inbound/inbound.controller.js';
import { settleInbound } from './hear-inbound/inbound.hearer.js';
import type { InboundParts } from './hear-inbound/inbound.parts.js';
import { ParkedRound } from './hear-inbound/parked.round.js';
import { readDeskSettings, wireDesk } from './keep-dead-letters/desk.wiring.js';
import { wireMatching } from './match-signals/match.wiring.js';
import { COMMAND_PARTS, OutreachCommandController } from './obey-command/outreach-command.controller.js';
import type { CommandParts } from './obey-command/command.handler.js';
import type { ReactParts } from './react-to-event/reaction.handler.js';
import { REACT_PARTS, TransitionController } from './react-to-event/transition.controller.js';
import {
  CONVERSION_PARTS,
  ConversionReportedController,
  type ConversionHearing,
} from './record-conversion/conversion-reported.controller.js';
import { ProviderSignalController } from './record-signal/provider-signal.controller.js';
import { recordBatch, type RecordParts } from './record-signal/record.batch.js';
import { RecentOutreaches } from './record-signal/recent.outreaches.js';
import { SignalRecorder } from './record-signal/signal.recorder.service.js';
import { ContactKeeper } from './suppress-contact/contact.keeper.js';
import { repairRound } from './suppress-contact/repair.round.js';
import {
  CONTACT_COMMAND_PARTS,
  ContactCommandController,
  type ContactCommandParts,
} from './suppress-contact/contact-command.controller.js';

@Module({})
class OrchestratorModule {}

/** Everything the orchestrator is made of, in one place. */
export function wireOrchestrator({ env, logger, instance, readiness }: ServiceBasics): WiredService {
  const busUrl = env.secret('NATS_URL', { protocols: ['nats', 'tls'] });
  const storeUrl = env.secret('EVENTSTORE_URL', { protocols: ['esdb', 'esdb+discover'] });
  const vaultUrl = env.secret('VAULT_DATABASE_URL', { protocols: ['postgres', 'postgresql'] });
  const readUrl = env.secret('READ_DATABASE_URL', { protocols: ['postgres', 'postgresql'] });
  const idNamespace = env.secret('ID_NAMESPACE', { minLength: 36 });
  const fingerprintKey = env.secret('FINGERPRINT_KEY');
  const sealKey = env.string('VAULT_SEAL_KEY');
  const deadLetterSealKey = env.string('DEAD_LETTER_SEAL_KEY');
  const replicas = env.int('NATS_STREAM_REPLICAS', { default: 1, min: 1, max: 5 });
  const windowSize = env.int('DISPATCH_WINDOW', { default: 600, min: 1, max: 100_000 });
  const channelProviders = env.string('CHANNEL_PROVIDERS', { default: DEFAULT_CHANNEL_PROVIDERS });
  const { policy } = readInstallation(channelProviders, env, env.string('CONSENT_REQUIRED', { default: '' }));
  const deskSettings = readDeskSettings(env);
  const reclaimAfterMs = env.int('RECLAIM_AFTER_MS', { default: RECLAIM_AFTER_MS, min: 1_000, max: 86_400_000 });
  const repairEveryMs = env.int('REPAIR_SUPPRESSIONS_MS', { default: 3_600_000, min: 500 });
  const windowDays = env.int('CONVERSION_WINDOW_DAYS', { default: 30, min: 1, max: 366 });
  env.check();

  const bus = connectBus({ url: busUrl, name: instance, logger, topology: { replicas } });
  const store = connectEventStore({ url: storeUrl.reveal() });
  const vaultDb = openVaultDatabase({ url: vaultUrl.reveal(), maxConnections: 4 });
  const readModel = connectReadModel({ connectionString: readUrl.reveal(), applicationName: instance, max: 4 });
  const queries = createSystemQueries(readModel);
  const vault = createVaultIntake({ db: vaultDb, sealKey, fingerprintKey: fingerprintKey.reveal() });
  const registry = createRegistry({ db: vaultDb, access: 'system' });
  const suppressions = createSuppressionStore(vaultDb);
  const consents = createConsentStore(vaultDb);
  const contacts = new ContactKeeper({ store, contacts: suppressions, consents, instance });
  const publisher = new Publisher(bus);

  const now = (): string => new Date().toISOString();
  const foldedStates = async (ids: readonly string[]): Promise<ReadonlyMap<string, Folded<OutreachState>>> => {
    const rows = ids.length > 0 ? await queries.foldedStates(ids) : [];
    return new Map(
      rows.map(({ outreachId, state, revision, traceparent }) => [
        outreachId,
        { state, revision, ...(traceparent === null ? {} : { traceparent }) },
      ]),
    );
  };
  const ids = createIdDeriver(idNamespace.reveal());
  const intake = createIntake({ vault, registry, ids });
  const books = createLedgers({ store, instance, now, snapshots: ledgerSnapshots(createLedgerSnapshots(readModel)) });
  const rulesOf: DeciderParts['rulesOf'] = (requests) => gatherRules(registry, policy, requests);
  const senders = createSenderBook(vaultDb);
  const react: ReactParts = {
    store,
    foldedStates,
    books,
    rulesOf: async (request) => (await gatherRules(registry, policy, [request]))[0] ?? { policy, zone: 'UTC' },
    suppressed: heldBackOf(suppressions),
    lastInboundOf: lastInboundOf(senders),
    consentsOf: consentsOf(consents),
    openReservations: (outreachId) => queries.openReservations(outreachId),
    reclaimAfterMs,
    instance,
    now,
  };
  const { defaultLifetimeHours } = policy;
  const notify = (replyTo: string, answer: CommandAnswer | ContactAnswer | ConversionAnswer): void =>
    void bus.notify(replyTo, answer);
  const contactCommands: ContactCommandParts = { contacts, now, notify };
  const commands: CommandParts = { follow: react, vault, defaultLifetimeHours, notify };

  const conversions: ConversionHearing = {
    ...{ store, registry, persons: vault, queries, ids, windowDays, instance, now, notify },
  };

  const fingerprinter = createFingerprinter(fingerprintKey.reveal());
  const desk = wireDesk(deskSettings, { bus, intake, registry, fingerprinter, logger, readiness, now });
  const recording: RecordParts = { ...react, contacts, recent: new RecentOutreaches() };
  const matching = wireMatching({ db: desk.db, queries, store, registry, recording, logger });
  const inbound: InboundParts = {
    ...{ suppressions, contacts, queries, foldedStates, fingerprinter, now },
    open: desk.openInbound,
    file: desk.inbound,
    book: senders,
    park: desk.inboundPark,
    outreachOf: async (outreachId) => (await readOutreach(store, outreachId)).state,
    projection: matching.matcher,
    record: (signals) => recordBatch(recording, signals),
    announce: async (received) => {
      const { subject, event, ...options } = inboundReceivedMessage(received, 'homing/orchestrator');
      await publisher.publish(subject, event, options);
    },
    answer: (word) => answerWord({ registry, book: senders, contacts, intake, publisher, now }, word),
    inboundId: ({ provider, eventDigest, tenantId }) =>
      ids.key('inbound', tenantId === undefined ? provider : `${tenantId}/${provider}`, eventDigest),
  };
  const strategy = new JetStreamServer({
    bus,
    seal: createDeadLetterSealer({
      sealKey: deadLetterSealKey,
      concern: requestConcern(fingerprinter),
    }),
  });
  readiness.add('bus', bus.health);
  readiness.add('consumers', strategy.health);
  readiness.add('event store', async () => (await store.ping(), { status: 'up' }));
  readiness.add('vault', async () => (await pingVault(vaultDb), { status: 'up' }));
  readiness.add('read model', async () => (await readModel.ping(), { status: 'up' }));

  const parkedRound = new ParkedRound({
    park: desk.inboundPark,
    currentPosition: () => queries.currentPosition(),
    headPosition: () => store.headPosition(),
    settle: (message) => settleInbound(inbound, message),
    now: Date.now,
  });
  let repairs: RoundLoop | undefined;
  let parked: RoundLoop | undefined;
  const start = (): void => {
    desk.start();
    matching.start();
    parked = startRounds({ name: 'settle inbound', round: () => parkedRound.run(), everyMs: 1_000, logger });
    const incarnation = () => vaultIncarnation(vaultDb);
    const round = repairRound({ readModel: queries, contacts: suppressions, consents, incarnation }, repairEveryMs);
    repairs = startRounds({ name: 'repair the gate', round, everyMs: Math.min(2_000, repairEveryMs), logger });
  };
  const module: DynamicModule = {
    module: OrchestratorModule,
    controllers: [
      OutreachRequestedController,
      OutreachCommandController,
      ContactCommandController,
      ConversionReportedController,
      ProviderSignalController,
      InboundController,
      TransitionController,
      ...desk.controllers,
    ],
    providers: [
      {
        provide: OutreachDecider,
        useValue: new OutreachDecider({
          store,
          vault,
          intake,
          publisher,
          bus,
          policy,
          foldedStates,
          window: new DispatchWindow(bus, {
            stream: BUS_STREAMS.dispatch,
            subjects: 'delivery.dispatch.*',
            size: windowSize,
          }),
          books,
          rulesOf,
          suppressed: heldBackOf(suppressions),
          consentsOf: consentsOf(consents),
          engagementOf: engagementOf({ queries, now }),
          lastInboundOf: lastInboundOf(senders),
          hoursOf: sendHoursOf({ queries, now }),
          instance,
          now,
        }),
      },
      {
        provide: SignalRecorder,
        useValue: new SignalRecorder({
          ...recording,
          ...matching,
          publisher,
          onForeign: (provider) => logger.debug({ provider }, 'a signal that names nothing of ours'),
        }),
      },
      { provide: INBOUND_PARTS, useValue: inbound },
      { provide: REACT_PARTS, useValue: recording },
      { provide: COMMAND_PARTS, useValue: commands },
      { provide: CONTACT_COMMAND_PARTS, useValue: contactCommands },
      { provide: CONVERSION_PARTS, useValue: conversions },
      ...desk.providers,
      closeOnShutdown(async () => {
        await Promise.all([matching.stop(), repairs?.stop(), parked?.stop()]);
        await desk.close();
        await Promise.all([bus.close(), store.dispose(), vaultDb.destroy(), readModel.close()]);
      }),
    ],
  };
  return { module, strategies: [strategy], start };
}
