import type { Random } from '../engine/random.source.js';
import type { World } from '../world/sim.world.js';

/** One request as somebody will make it. */
export interface Wish {
  readonly n: number;
  readonly tenantId: string;
  readonly door: 'bus' | 'api';
  readonly requestId: string;
  /** `outreach.requested` data. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly address: string;
  /** What the message must say, so that no other is mistaken for it. */
  readonly text: string;
  /** What later steps of its chain must say. */
  readonly later: readonly string[];
  /** Milliseconds after the start, one for each time it is asked. */
  readonly asks: readonly number[];
  /** Asks again until it hears that it was taken. */
  readonly patient: boolean;
  /** Never to be understood: ends in the dead letters. */
  readonly poison: boolean;
}

/** Clocks that change in the first night, clocks that never do, and nobody knows which. */
const ZONES = ['Europe/Berlin', undefined, 'Asia/Kolkata', undefined];
const PEOPLE = ['ada', 'bob', 'cyd'];

/** A handful of requests of two tenants who know the same people, by both doors, some of them said many times. */
export function planWishes(world: World): Wish[] {
  const { random, chains } = world;
  const some = chains.chance(0.5);
  return Array.from({ length: random.between(3, 9) }, (_, n) => planWish(world, { random, chains, some, n }));
}

interface Planning {
  readonly random: Random;
  /** Of chains, apart from the rest of the workload. */
  readonly chains: Random;
  /** In half of the histories nobody asks for a chain. */
  readonly some: boolean;
  readonly n: number;
}

function planWish({ registry, spanMs, start }: World, { random, chains, some, n }: Planning): Wish {
  const tenant = random.pick(registry.tenants);
  const person = random.pick(PEOPLE);
  const address = `${person}@people.test`;
  const door = random.pick(['bus', 'bus', 'api'] as const);
  const first = Math.floor(random.next() * spanMs * 0.7);
  const repeats = random.chance(0.3) ? random.between(1, 4) : 0;
  const asks = [first, ...Array.from({ length: repeats }, () => first + random.skewed(spanMs))];
  // Two tenants may well give the same request id.
  const requestId = `r${random.chance(0.1) ? 0 : n}`;
  const poison = random.chance(0.05);
  // Now and then the same again: somebody must notice.
  const text = `offer ${random.chance(0.3) ? 0 : n} for ${person} of ${tenant.name}`;
  const at = (ms: number): string => new Date(start + first + ms).toISOString();
  const data = {
    tenantId: tenant.id,
    recipient: {
      id: poison && door === 'bus' ? 17 : person,
      name: person,
      contacts: contacts(random, address),
      ...(ZONES[n % ZONES.length] === undefined ? {} : { timeZone: ZONES[n % ZONES.length] }),
      ...optOut(random),
    },
    content: { literal: { email: { subject: `Hello ${person}`, text } } },
    urgency: random.pick(['low', 'normal', 'normal', 'high', 'critical']),
    ...(random.chance(0.6) ? { campaignId: 'spring' } : {}),
    ...(random.chance(0.3) ? { sendAt: at(random.skewed(2 * 86_400_000)) } : {}),
    ...(random.chance(0.3) ? { expiresAt: at(2 * 86_400_000 + random.skewed(86_400_000)) } : {}),
  };
  // Some deadlines are so near that trouble alone can pass them.
  const hurried = random.chance(0.2) ? { expiresAt: at(random.pick([3_000, 30_000, 600_000])), sendAt: undefined } : {};
  const chain = some && chains.chance(0.7) ? planChain(chains) : undefined;
  return {
    n,
    later: chain ? [`Hello ${person}`] : [],
    patient: random.chance(0.8),
    door,
    tenantId: tenant.id,
    requestId,
    address,
    text,
    asks,
    poison: poison && door === 'bus',
    data: { ...data, ...hurried, ...chain },
  };
}

/** Two or three emails, one after the other where the one before failed or did not come to what it was to. */
function planChain(chains: Random): object {
  const strategy = 'fallback';
  const steps = Array.from({ length: chains.between(2, 3) }, (_, i) => ({
    channel: chains.chance(0.1) ? 'linkedin' : 'email',
    ...(i > 0 && chains.chance(0.7) ? { template: 'hello' } : {}),
    waitHours: chains.pick([0.001, 0.01, 0.5, 5, 30]),
    until: chains.pick(['delivered', 'read', 'answered']),
    ...(chains.chance(0.5) ? { maxRetries: chains.between(0, 2) } : {}),
    ...(chains.chance(0.3) ? { acceptUnknown: true } : {}),
  }));
  return { strategy, steps };
}

const contacts = (random: Random, address: string): object =>
  random.chance(0.05) ? { linkedin: 'https://linkedin.com/in/somebody' } : { email: address };
const optOut = (random: Random): object => (random.chance(0.05) ? { preferences: { optOut: ['email'] } } : {});
