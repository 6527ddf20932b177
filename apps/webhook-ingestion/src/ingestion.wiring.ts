import { replyKeysOf, trackingKeysOf } from '@homing/channels';
import { connectBus, publishDeadLetter, Publisher } from '@homing/messaging';
import { closeOnShutdown, crashPoint, type ServiceBasics, type ServiceOptions } from '@homing/service-kit';
import { createDeadLetterSealer, createInboundSealer } from '@homing/vault/seal';
import { Module } from '@nestjs/common';
import { BODY_LIMIT, configureHttp, REQUEST_TIMEOUT_MS } from './http/http.surface.js';
import {
  LOGGER,
  RECEIVER_PARTS,
  WebhookController,
  type WebhookSurface,
} from './receive-webhook/webhook.controller.js';
import { UNSUBSCRIBE_PARTS, UnsubscribeController } from './one-click/unsubscribe.controller.js';
import { boundPresses, readUnsubscribeKeys, unsubscribeParts } from './one-click/unsubscribe.wiring.js';
import { ENGAGEMENT_PARTS, EngagementController } from './record-engagement/engagement.controller.js';
import type { EngagementParts } from './record-engagement/engagement.receiver.js';
import { followAccounts, readCallers } from './keep-keys/callers.wiring.js';
import type { Callers } from './receive-webhook/caller.search.js';
import { HealthBook } from './report-health/health.book.js';
import { showHealth } from './report-health/health.metrics.js';
import { reportHealth } from './report-health/health.reporter.js';
import { busReplayStore } from './receive-webhook/replay.store.js';

@Module({})
class IngestionModule {}

/** How long a provider waits for its answer while the bus is away, in milliseconds, before it gets 503. */
const PUBLISH_WITHIN = { ackTimeoutMs: 1_500, deadlineMs: 4_000 };
const UNACKNOWLEDGED_AT_ONCE = 256;
/** How long whoever follows a link waits for the bus, in milliseconds. */
const READER_PATIENCE_MS = 300;

/** Everything ingestion is made of, in one place. No database, no event store, nothing that opens the vault. */
export function wireIngestion(basics: ServiceBasics): ServiceOptions {
  const { env, logger, instance, readiness, http } = basics;
  const busUrl = env.secret('NATS_URL', { protocols: ['nats', 'tls'] });
  const deadLetterSealKey = env.string('DEAD_LETTER_SEAL_KEY');
  const accountsOpenKey = env.optionalSecret('WEBHOOK_KEYS_OPEN_KEY', { minLength: 44 });
  const { callers, parsers } = readCallers(env, accountsOpenKey !== undefined);
  const maxConcurrent = env.int('WEBHOOK_MAX_CONCURRENT', { default: 64, min: 1, max: 4_096 });
  const maxBytes = env.int('WEBHOOK_MAX_BYTES', { default: 32 * BODY_LIMIT, min: BODY_LIMIT });
  const unsubscribeKeys = readUnsubscribeKeys(env);
  const replyKeys = replyKeysOf(env.optionalSecret('REPLY_KEYS')?.reveal() ?? '', env);
  const publicUrl = env.url('PUBLIC_WEBHOOK_URL', { protocols: ['https', 'http'], default: '' });
  const trackingKeys = trackingKeysOf(env.optionalSecret('TRACKING_KEYS')?.reveal() ?? '', env);
  env.check();

  const bus = connectBus({ url: busUrl, name: instance, logger });
  const publisher = new Publisher(bus, PUBLISH_WITHIN);
  const seal = createDeadLetterSealer({ sealKey: deadLetterSealKey });
  const who: Callers = {
    callers,
    parsers,
    ...(accountsOpenKey ? { accounts: followAccounts({ bus, parsers, openKey: accountsOpenKey, logger }) } : {}),
  };
  const health = new HealthBook(who, Date.now);
  reportHealth(health, bus, publisher);
  showHealth(health);
  const parts: WebhookSurface = {
    ...who,
    replyKeys,
    replays: busReplayStore(bus, publisher),
    heard: (place, reception) => health.note(place, reception),
    ...(publicUrl === '' ? {} : { publicUrl: publicUrl.replace(/\/+$/, '') }),
    publish: (messages) => publisher.publishMany(messages, UNACKNOWLEDGED_AT_ONCE),
    keep: (letter) => publishDeadLetter(publisher, seal, letter),
    sealInbound: createInboundSealer({ sealKey: deadLetterSealKey }),
    now: Date.now,
    crashPoint,
  };
  const engagement: EngagementParts = {
    keys: trackingKeys,
    publish: parts.publish,
    now: Date.now,
    patienceMs: READER_PATIENCE_MS,
  };
  readiness.add('bus', bus.health);
  const module = {
    module: IngestionModule,
    controllers: [WebhookController, UnsubscribeController, EngagementController],
    providers: [
      { provide: RECEIVER_PARTS, useValue: parts },
      { provide: LOGGER, useValue: logger },
      { provide: ENGAGEMENT_PARTS, useValue: engagement },
      {
        provide: UNSUBSCRIBE_PARTS,
        useValue: unsubscribeParts({ keys: unsubscribeKeys, publish: parts.publish }),
      },
      closeOnShutdown(() => bus.close()),
    ],
  };
  return {
    ...basics,
    module,
    http: {
      ...http,
      bodyLimit: BODY_LIMIT,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      internetFacing: true,
      continueTraces: false,
    },
    configure: (app) => {
      boundPresses(app);
      return configureHttp(app, { maxConcurrent, maxBytes, parts, logger });
    },
  };
}
