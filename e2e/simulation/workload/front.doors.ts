import { acceptedRef, OUTREACH_REQUESTED, readOutreachRequest } from '@homing/contracts';
import { createIntake } from '@homing/intake';
import { cloudEvent } from '@homing/messaging';
import { backoffDelay } from '@homing/service-kit';
import type { Life } from '../engine/process.life.js';
import { IDS } from '../services/orchestrator.service.js';
import type { World } from '../world/sim.world.js';
import type { Wish } from './request.plan.js';

/** A process of the API, as far as it takes requests in. */
export interface ApiDoor {
  readonly life: Life;
  /** True: acknowledged. False: repeat it. */
  ask(wish: Wish): Promise<'accepted' | 'refused' | 'again'>;
}

/** What `OutreachTaker` does: seal, then publish by reference; only then 202. */
export function openApi(world: World, life: Life): ApiDoor {
  const { vault, registry, publisher, instant } = world.portsOf(life);
  const intake = createIntake({ vault, registry, ids: IDS });
  return {
    life,
    ask: async ({ data, tenantId, requestId }) => {
      const reading = readOutreachRequest(data, { unknownFields: 'refuse' });
      if (reading.kind === 'invalid') return 'refused';
      const { request } = reading;
      const [taken] = await intake.takeIn([
        { tenantId, via: 'api', source: 'api', requestId, request, receivedAt: instant() },
      ]);
      if (taken?.kind !== 'accepted' && taken?.kind !== 'repeated') return 'refused';
      const { outreachId, kind } = taken;
      const event = cloudEvent({
        ...{ id: outreachId, source: 'api', type: OUTREACH_REQUESTED, time: instant(), tenantid: tenantId },
        dataref: acceptedRef(outreachId),
      });
      const key = kind === 'repeated' ? `${outreachId}:${world.random.uuid()}` : outreachId;
      const [ack] = await publisher.publishMany([{ subject: OUTREACH_REQUESTED, tenantId, key, event }]);
      return ack?.status === 'fulfilled' ? 'accepted' : 'again';
    },
  };
}

/** Those who ask, and what they were told. They repeat themselves until they hear that it was taken. */
export class Callers {
  /** Wishes somebody was told were taken, and when. */
  readonly acknowledged = new Map<Wish, number>();
  /** Wishes somebody was told will never be taken. */
  readonly refused = new Set<Wish>();
  readonly #publisher: Life;

  constructor(
    private readonly world: World,
    private readonly doors: () => readonly ApiDoor[],
  ) {
    this.#publisher = world.life('shop');
  }

  ask(wishes: readonly Wish[]): void {
    for (const wish of wishes) {
      for (const at of wish.asks) this.world.time.after(at, () => this.#ask(wish, 0));
    }
  }

  #ask(wish: Wish, tries: number): void {
    const { world } = this;
    const again = (): void => {
      if (!wish.patient) return;
      const wait = backoffDelay(tries, { baseMs: 500, capMs: 60_000, random: world.random.next });
      world.time.after(500 + wait, () => this.#ask(wish, tries + 1));
    };
    const done = (result: 'accepted' | 'refused' | 'again'): void => {
      if (result === 'again') return again();
      if (result === 'refused') this.refused.add(wish);
      else if (!this.acknowledged.has(wish)) this.acknowledged.set(wish, world.time.now);
    };
    if (wish.door === 'bus') return void this.#publish(wish).then(done, again);
    const there = this.doors().filter(({ life }) => life.alive);
    if (there.length === 0) return again();
    const door = world.random.pick(there);
    let heard = false;
    const once = (run: () => void) => (): void => {
      if (heard) return;
      heard = true;
      run();
    };
    door.life.onEnd(once(again));
    void door.ask(wish).then((result) => once(() => done(result))(), once(again));
  }

  async #publish({ data, tenantId, requestId, n }: Wish): Promise<'accepted' | 'again'> {
    const { world } = this;
    const event = cloudEvent({
      id: requestId,
      source: 'shop',
      type: OUTREACH_REQUESTED,
      time: new Date(world.time.now).toISOString(),
      data,
    });
    const [ack] = await world.bus
      .publisherPort(this.#publisher)
      .publishMany([{ subject: OUTREACH_REQUESTED, tenantId, key: `shop:${n}:${requestId}`, event }]);
    return ack?.status === 'fulfilled' ? 'accepted' : 'again';
  }
}

/** The outreach a wish becomes. */
export const outreachIdOf = ({ door, tenantId, requestId }: Wish): string =>
  IDS.outreachId(tenantId, door === 'bus' ? 'bus:shop' : 'api', requestId);
