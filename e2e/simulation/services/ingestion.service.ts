import type { ParsedFact, WebhookParser } from '@homing/channels';
import { receiveWebhook } from '../../../apps/webhook-ingestion/src/receive-webhook/webhook.receiver.js';
import type { Life } from '../engine/process.life.js';
import type { LedgerLine, ToldFact } from '../world/sim.provider.js';
import type { World } from '../world/sim.world.js';

/** What a provider posts here: facts as JSON; signatures are tested where they are checked. */
const parser: WebhookParser = {
  provider: 'sendgrid',
  channel: 'email',
  verifyHead: () => ({ kind: 'valid' }),
  verify: () => ({ kind: 'valid' }),
  parse: (rawBody) => ({ facts: JSON.parse(new TextDecoder().decode(rawBody)) as ParsedFact[], faults: [] }),
};

/** One process that hears. */
export interface Ingestion {
  readonly life: Life;
  /** True when every fact is stored; false or never otherwise. */
  receive(facts: readonly ParsedFact[]): Promise<boolean>;
}

export function startIngestion(world: World, life: Life): Ingestion {
  const { publisher, date } = world.portsOf(life);
  const parts = {
    callers: new Map([['sendgrid', { parser, keys: [] }]]),
    publish: publisher.publishMany,
    keep: () => Promise.resolve(),
    sealInbound: () => Promise.resolve(''),
    now: () => date().getTime(),
    crashPoint: () => undefined,
  };
  return {
    life,
    receive: async (facts) => {
      const rawBody = new TextEncoder().encode(JSON.stringify(facts));
      return (await receiveWebhook(parts, { provider: 'sendgrid', headers: {}, rawBody })).kind === 'stored';
    },
  };
}

/** Event ids of facts nobody had the right to state. */
export const FORGED = 'forged-';

/** The provider's own webhook sender: posts what it has to say until it hears 2xx, and now and then says it again. */
export class WebhookSender {
  /** Facts a 2xx was given for, by their event id. */
  readonly acknowledged = new Set<string>();
  #queue: ToldFact[] = [];
  #scheduled = false;

  constructor(
    private readonly world: World,
    private readonly ears: () => readonly Ingestion[],
  ) {
    world.provider.onFact((fact) => this.#tell(fact));
    world.provider.onAccept((line) => {
      if (world.random.chance(0.05)) this.#forge(line);
    });
  }

  #tell(fact: ToldFact): void {
    const { world } = this;
    this.#queue.push(fact);
    if (this.#scheduled) return;
    this.#scheduled = true;
    world.time.after(world.random.skewed(world.faults.now.webhookDelayMs), () => {
      this.#scheduled = false;
      const facts = this.#queue.splice(0).map(({ at: _at, ...rest }) => rest);
      // Several posts side by side, in any order.
      while (facts.length > 0) this.#post(facts.splice(0, world.random.between(1, 3)), 0);
    });
  }

  /** Another tenant of the same provider account says something of a delivery that is not its own. */
  #forge({ deliveryId, attempt, tenantId, providerMessageId }: LedgerLine): void {
    const { world } = this;
    const other = world.registry.tenants.find((tenant) => tenant.id !== tenantId);
    const providerEventId = `${FORGED}${providerMessageId}`;
    const occurredAt = new Date(world.time.now).toISOString();
    const fact: ParsedFact = {
      fact: 'complained',
      occurredAt,
      providerEventId,
      deliveryId,
      attempt,
      payloadDigest: 'd',
    };
    world.time.after(world.random.skewed(60_000), () =>
      this.#post([{ ...fact, ...(other && { tenantId: other.id }) }], 0),
    );
  }

  #post(facts: readonly ParsedFact[], tries: number): void {
    const { world } = this;
    const again = (): void =>
      void world.time.after(Math.min(3_600_000, 1_000 * 2 ** tries) * (0.5 + world.random.next()), () =>
        this.#post(facts, tries + 1),
      );
    const there = this.ears().filter(({ life }) => life.alive);
    const { random, faults } = world;
    if (there.length === 0 || faults.isDown('ingestion') || random.chance(faults.now.trouble.ingestion)) return again();
    const ear = random.pick(there);
    let heard = false;
    void ear.receive(facts).then((stored) => {
      if (heard) return;
      heard = true;
      // An answer may be lost on its way back: the provider says it again.
      if (!stored || random.chance(faults.now.trouble.ingestion)) return again();
      for (const fact of facts) this.acknowledged.add(fact.providerEventId);
      for (let i = 0; i < faults.now.webhookRepeats; i += 1) {
        world.time.after(
          random.skewed(faults.now.webhookDelayMs + 60_000),
          () => void random.pick(this.ears()).receive(facts),
        );
      }
    });
    ear.life.onEnd(() => {
      if (!heard) again();
      heard = true;
    });
  }
}
