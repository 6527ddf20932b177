import { PROVIDER_SETUPS, readReplyAddresses, type ReadyProvider } from '@homing/channels';
import type { Channel } from '@homing/contracts';
import { DEFAULT_CHANNEL_PROVIDERS } from '@homing/domain';
import { connectEventStore } from '@homing/event-store';
import { readInstallation } from '@homing/intake/rules';
import { Collector, connectBus, JetStreamServer } from '@homing/messaging';
import { busMark, guardedClaims, StoreWatch } from '@homing/restore-watch';
import { closeOnShutdown, systemTiming, type ServiceBasics, type WiredService } from '@homing/service-kit';
import { createVaultOpener, openVaultDatabase, pingVault } from '@homing/vault/open';
import { createGateReader, createSiteClaimBook, createTurnReader } from '@homing/vault/gate';
import { createRegistry } from '@homing/vault/registry';
import { Module, type DynamicModule } from '@nestjs/common';
import { ProviderRota } from './choose-provider/provider.rota.js';
import { tellOf } from './choose-provider/standing.log.js';
import { readServedChannels } from './served.channels.js';
import { createDeadLetterSealer, sealTaskAnswer } from '@homing/vault/seal';
import { openTaskDoor } from './assist-person/task.door.js';
import { PROVIDER_RATES_FORM, readProviderRates } from './keep-rate/provider.rates.js';
import { ProviderTurns } from './keep-rate/provider.turns.js';
import { showTurns } from './keep-rate/turn.metrics.js';
import { renderBatch, type Rendered, type ToRender } from './render-message/delivery.renderer.js';
import { POSTAL_ADDRESS_RULES } from './render-message/sender.identity.js';
import { readUnsubscribeLinks } from './render-message/unsubscribe.setup.js';
import { dispatchControllerOf, SEND_PARTS } from './send-delivery/dispatch.controller.js';
import type { SendParts } from './send-delivery/send.attempt.js';
import { createSendGate } from './send-delivery/send.gate.js';
import { SharedCalls } from './send-together/shared.calls.js';
import { lookUpControllerOf, SETTLE_PARTS } from './settle-unknown/look-up.controller.js';
import { LookUpPace } from './settle-unknown/look-up.pace.js';
import type { SettleParts } from './settle-unknown/settle.attempt.js';

@Module({})
class GatewayModule {}

/** Everything the gateway is made of, in one place. */
export function wireGateway({ env, logger, instance, readiness }: ServiceBasics): WiredService {
  const busUrl = env.secret('NATS_URL', { protocols: ['nats', 'tls'] });
  const storeUrl = env.secret('EVENTSTORE_URL', { protocols: ['esdb', 'esdb+discover'] });
  const vaultUrl = env.secret('VAULT_DATABASE_URL', { protocols: ['postgres', 'postgresql'] });
  const openKey = env.secret('VAULT_OPEN_KEY');
  const deadLetterSealKey = env.string('DEAD_LETTER_SEAL_KEY');
  const { providers } = readInstallation(env.string('CHANNEL_PROVIDERS', { default: DEFAULT_CHANNEL_PROVIDERS }), env);
  const { channels, setUps } = readServedChannels(env, providers, PROVIDER_SETUPS);
  const rates = readProviderRates(env.string('PROVIDER_RATES', { default: '' }));
  if (!rates) env.fault('PROVIDER_RATES', PROVIDER_RATES_FORM);
  const providerTimeoutMs = env.int('PROVIDER_TIMEOUT_MS', { default: 10_000, min: 100, max: 120_000 });
  const unsubscribe = readUnsubscribeLinks(env);
  const reply = readReplyAddresses(env);
  const postalAddress = env.oneOf('POSTAL_ADDRESS', POSTAL_ADDRESS_RULES, { default: 'off' });
  env.check();

  const bus = connectBus({ url: busUrl, name: instance, logger });
  const store = connectEventStore({ url: storeUrl.reveal() });
  const vaultDb = openVaultDatabase({ url: vaultUrl.reveal(), maxConnections: 4 });
  const opener = createVaultOpener({ db: vaultDb, openKey: openKey.reveal() });
  const registry = createRegistry({ db: vaultDb, access: 'system' });
  const ready = new Map<string, ReadyProvider>();
  for (const setUp of setUps) {
    const made = setUp({ siteClaims: createSiteClaimBook(vaultDb) });
    ready.set(made.provider.key, made);
  }
  const defaultSenders = new Map([...ready].map(([key, { defaultSender }]) => [key, defaultSender]));

  const renderer = new Collector<ToRender, Rendered>({
    name: 'render',
    maxBatch: 64,
    lingerMs: 2,
    maxConcurrent: 2,
    flush: (batch) =>
      renderBatch(
        {
          vault: opener,
          registry,
          defaultSenders,
          postalAddress,
          ...(unsubscribe ? { unsubscribe } : {}),
          ...(reply ? { reply } : {}),
        },
        batch,
      ),
  });
  const watch = new StoreWatch({ store, sources: [busMark(bus)], logger });
  const served = new Map([...providers].filter(([channel]) => channels.includes(channel)));
  const rota = new ProviderRota({ providers: served, timing: systemTiming, onChange: tellOf(logger) });
  const paced = rates ?? new Map<string, number>();
  const turns = new ProviderTurns({ reader: createTurnReader(vaultDb), rates: paced, timing: systemTiming });
  showTurns(turns, paced);
  const parts: SendParts = {
    store: guardedClaims(store, watch),
    restore: () => watch.restore,
    instance,
    render: (item) => renderer.add(item),
    gate: createSendGate(createGateReader(vaultDb), systemTiming),
    provider: (key) => ready.get(key)?.provider,
    rota,
    together: new SharedCalls({ timing: systemTiming, rota }),
    turns,
    now: () => new Date().toISOString(),
    providerTimeoutMs,
    leaseMarginMs: 5_000,
  };
  const settle: SettleParts = {
    ...parts,
    pace: new LookUpPace(systemTiming.monotonic),
    lookUpTimeoutMs: providerTimeoutMs,
    onUnsupported: (provider, code) =>
      logger.warn({ provider, code }, 'the provider may not be asked what became of a message: see SENDGRID_LOOKUP'),
  };
  const seal = createDeadLetterSealer({ sealKey: deadLetterSealKey });
  // A call under way when the service stops is given its full time: cut off, its outcome would be unknown.
  const drainMs = providerTimeoutMs + 2_000;
  const strategy = new JetStreamServer({ bus, seal, drainMs });
  readiness.add('bus', bus.health);
  readiness.add('consumers', strategy.health);
  readiness.add('providers', () => ({ status: 'up', note: rota.unwell().join(', ') || 'all in use' }));
  readiness.add('vault', async () => (await pingVault(vaultDb), { status: 'up' }));
  readiness.add('event store', async () => (await store.ping(), watch.health()));

  const takesMany = (channel: Channel): boolean =>
    [...ready.values()].some(({ provider }) => provider.channel === channel && provider.capabilities.batch !== false);
  const { render, gate, now } = parts;
  const desk = { store, instance, render, gate, now, seal: sealTaskAnswer };
  const closeTaskDoor = openTaskDoor({ bus, parts: desk, logger });
  const close = async (): Promise<void> => {
    closeTaskDoor();
    for (const { provider } of ready.values()) provider.close();
    opener.close();
    await watch.stop();
    await Promise.all([bus.close(), store.dispose(), vaultDb.destroy()]);
  };
  watch.start();
  const module: DynamicModule = {
    module: GatewayModule,
    controllers: channels.flatMap((channel) => [
      dispatchControllerOf(channel, takesMany(channel)),
      lookUpControllerOf(channel),
    ]),
    providers: [
      { provide: SEND_PARTS, useValue: parts },
      { provide: SETTLE_PARTS, useValue: settle },
      closeOnShutdown(close),
    ],
  };
  return { module, strategies: [strategy], drainMs: drainMs + 1_000 };
}
