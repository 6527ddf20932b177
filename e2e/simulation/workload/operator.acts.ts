import { CONTACT_COMMAND, OUTREACH_COMMAND } from '@homing/contracts';
import { cloudEvent } from '@homing/messaging';
import type { Life } from '../engine/process.life.js';
import type { LawfulHistory } from '../invariants/lawful.history.js';
import { drawCampaign } from '../world/sim.registry.js';
import type { World } from '../world/sim.world.js';
import { outreachIdOf } from './front.doors.js';
import type { Wish } from './request.plan.js';

export interface OperatorParts {
  readonly world: World;
  readonly wishes: readonly Wish[];
  readonly history: LawfulHistory;
}

/** Long enough after an attempt's outcome became unknown that its provider cannot take it any more, in milliseconds. */
const CERTAIN_MS = 180_000;

/** People who pause campaigns, change rules, cancel, hold addresses back and settle what nobody knows; in the middle of it all. */
export class Operators {
  readonly #life: Life;

  constructor(private readonly parts: OperatorParts) {
    this.#life = parts.world.life('operator');
  }

  begin(): void {
    const { world, wishes } = this.parts;
    const { random, time, spanMs, registry } = world;
    const soon = (): number => (wishes.length > 0 ? (random.pick(wishes).asks[0] ?? 0) : 0) + random.skewed(60_000);
    for (const { id } of registry.campaigns) {
      if (random.chance(0.4)) this.#pause(id, soon());
      if (random.chance(0.2)) time.after(soon(), () => registry.setSettings(id, drawCampaign(random)));
    }
    for (const wish of wishes) {
      if (random.chance(0.15)) time.after((wish.asks[0] ?? 0) + random.skewed(spanMs), () => this.#cancel(wish));
    }
    if (random.chance(0.4)) time.after(soon(), () => this.#holdBack());
    for (let n = random.between(0, 3); n > 0; n -= 1) {
      time.after(random.next() * spanMs + CERTAIN_MS, () => this.#settleSomething());
    }
  }

  /** What was paused goes on: otherwise nothing would ever come to rest. */
  end(): void {
    const { registry } = this.parts.world;
    for (const { id, status } of registry.campaigns) if (status === 'paused') registry.setStatus(id, 'active');
  }

  #pause(id: string, at: number): void {
    const { registry, random, time } = this.parts.world;
    time.after(at, () => {
      const status = random.pick(['paused', 'paused', 'paused', 'stopped'] as const);
      registry.setStatus(id, status);
      if (status === 'paused') time.after(random.skewed(600_000), () => registry.setStatus(id, 'active'));
    });
  }

  #cancel(wish: Wish): void {
    const outreachId = outreachIdOf(wish);
    this.#say(OUTREACH_COMMAND, wish.tenantId, { kind: 'cancel', outreachId, tenantId: wish.tenantId, by: 'key:1' });
  }

  /** Some address is held back by hand, and perhaps let go again. */
  #holdBack(): void {
    const { vault, random, time } = this.parts.world;
    const sealed = [...vault.sealed.values()].filter(({ contacts }) => contacts.length > 0);
    if (sealed.length === 0) return;
    const { tenantId, contacts } = random.pick(sealed);
    const { channel, fingerprint } = random.pick(contacts);
    const of = { tenantId, fingerprint, channel, by: 'key:1' };
    this.#say(CONTACT_COMMAND, tenantId, { ...of, kind: 'suppress' });
    if (random.chance(0.5))
      time.after(random.skewed(600_000), () =>
        this.#say(CONTACT_COMMAND, tenantId, { ...of, kind: 'lift', because: 'mistake' }),
      );
  }

  /** An operator who asked the provider by telephone says what is true. */
  #settleSomething(): void {
    const { world, history } = this.parts;
    const unknown = history.unknown().filter(({ since }) => Date.parse(since) < world.time.now - CERTAIN_MS);
    if (unknown.length === 0) return;
    const { tenantId, outreachId, leg, attempt, deliveryId } = world.random.pick(unknown);
    const taken = world.provider.ledger.some((line) => line.deliveryId === deliveryId && line.attempt === attempt);
    const of = { kind: 'settle_unknown', tenantId, outreachId, leg, attempt, by: 'key:1' };
    this.#say(OUTREACH_COMMAND, tenantId, { ...of, outcome: taken ? 'sent' : 'not_sent' });
  }

  #say(subject: string, tenantId: string, data: object): void {
    const { bus, random, time, trace } = this.parts.world;
    const id = random.uuid();
    trace.say('operator', `says ${JSON.stringify(data)}`);
    const event = cloudEvent({ id, source: 'api', type: subject, time: new Date(time.now).toISOString(), data });
    const again = async (): Promise<void> => {
      const [ack] = await bus.publisherPort(this.#life).publishMany([{ subject, tenantId, key: id, event }]);
      if (ack?.status !== 'fulfilled') this.#life.after(random.between(500, 5_000), () => void again());
    };
    void again();
  }
}
