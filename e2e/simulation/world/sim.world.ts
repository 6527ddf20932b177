import type { ChannelProvider } from '@homing/channels';
import type { Ledgers } from '@homing/event-store/ledger';
import { DispatchWindow } from '@homing/messaging';
import type { Timing } from '@homing/service-kit';
import type { GateReader } from '@homing/vault/gate';
import type { VaultOpener } from '@homing/vault/open';
import type { SuppressionStore } from '@homing/vault/suppression';
import { Life } from '../engine/process.life.js';
import { Random } from '../engine/random.source.js';
import { Trace } from '../engine/trace.log.js';
import { VirtualTime } from '../engine/virtual.time.js';
import { Watch } from '../invariants/invariant.watch.js';
import { drawProfile, Faults, type FaultProfile } from './fault.profile.js';
import { SimBus, type PublisherPort } from './sim.bus.js';
import { SimContacts } from './sim.contacts.js';
import { Network } from './sim.network.js';
import { SimProvider } from './sim.provider.js';
import { SimRegistry, type RegistryPort } from './sim.registry.js';
import { SimRows, type RowsPort } from './sim.rows.js';
import { SimStore, type StorePort } from './sim.store.js';
import { SimVault, type IntakePort } from './sim.vault.js';

/** Wrapped around what a service is given: how a bug is planted without touching the product. */
export interface Plant {
  store?(port: StorePort, world: World): StorePort;
  vault?(port: IntakePort, world: World): IntakePort;
  opener?(port: Pick<VaultOpener, 'openRequests'>, world: World): Pick<VaultOpener, 'openRequests'>;
  registry?(port: RegistryPort, world: World): RegistryPort;
  rows?(port: RowsPort, world: World): RowsPort;
  gate?(port: GateReader, world: World): GateReader;
  suppressions?(port: SuppressionStore, world: World): SuppressionStore;
  books?(books: Ledgers, world: World): Ledgers;
  publisher?(port: PublisherPort, world: World): PublisherPort;
  provider?(port: ChannelProvider, world: World): ChannelProvider;
  timing?(timing: Timing, world: World): Timing;
  /** Of the gateway and everybody else: what time it is. */
  clock?(now: () => number, world: World): () => number;
  /** Of the bus: acknowledges before the handler has ended. */
  readonly ackFirst?: boolean;
}

export interface WorldOptions {
  readonly seed: string;
  readonly plant?: Plant | undefined;
  readonly profile?: FaultProfile | undefined;
  /** Milliseconds over which requests come in and things go wrong. */
  readonly spanMs: number;
}

const START = Date.parse('2026-03-28T20:00:00.000Z');

/** Everything outside the services, on one clock, from one seed. */
export class World {
  readonly start = START;
  readonly random: Random;
  /** Of single blows, apart from the rest of the weather: adding one leaves the histories of most seeds as they were. */
  readonly blows: Random;
  /** Of the chains that are asked for, likewise. */
  readonly chains: Random;
  readonly time: VirtualTime;
  readonly trace: Trace;
  readonly faults: Faults;
  readonly network: Network;
  readonly store: SimStore;
  readonly bus: SimBus;
  readonly vault: SimVault;
  readonly registry: SimRegistry;
  readonly contacts: SimContacts;
  readonly rows: SimRows;
  readonly provider: SimProvider;
  readonly watch: Watch;
  readonly plant: Plant;
  readonly spanMs: number;
  readonly #windowSize: number;
  readonly #lives = new Map<string, number>();

  constructor({ seed, plant = {}, profile, spanMs }: WorldOptions) {
    const chance = (of: string): Random => new Random(`${seed}/${of}`);
    this.random = chance('world');
    this.blows = chance('blows');
    this.chains = chance('chains');
    this.plant = plant;
    this.spanMs = spanMs;
    const time = (this.time = new VirtualTime(START, chance('time')));
    const trace = (this.trace = new Trace(() => time.now, START));
    const faults = (this.faults = new Faults(profile ?? drawProfile(chance('profile'), spanMs), time));
    const network = (this.network = new Network({ time, trace, faults, random: chance('network') }));
    this.store = new SimStore({ time, network, trace });
    this.bus = new SimBus({ time, trace, faults, network, random: chance('bus'), ackFirst: plant.ackFirst ?? false });
    this.vault = new SimVault({ random: chance('vault'), time, network, trace });
    const registry = (this.registry = new SimRegistry({ random: chance('registry'), network, time, trace, faults }));
    this.contacts = new SimContacts({ time, network, registry });
    this.#windowSize = this.random.pick([1, 3, 600]);
    this.rows = new SimRows({ network, faults, random: chance('rows') });
    this.provider = new SimProvider({ time, trace, faults, random: chance('provider') });
    this.watch = new Watch(trace);
  }

  /** A process begins a life. */
  life(service: string): Life {
    const n = (this.#lives.get(service) ?? 0) + 1;
    this.#lives.set(service, n);
    const { skewMs } = this.faults.drawn;
    const name = `${service}#${n}`;
    const skew = this.random.between(-skewMs, skewMs);
    return new Life({ name, time: this.time, random: new Random(`${this.random.uuid()}/${name}`), skewMs: skew });
  }

  /** What a service in this life is given of the world. */
  portsOf(life: Life): Ports {
    const { plant } = this;
    const provider = this.provider.port(life);
    const gate = this.contacts.gatePort(life);
    const suppressions = this.contacts.storePort(life);
    const wallClock = plant.clock?.(life.wallClock, this) ?? life.wallClock;
    return {
      store: plant.store?.(this.store.port(life), this) ?? this.store.port(life),
      vault: plant.vault?.(this.vault.intakePort(life), this) ?? this.vault.intakePort(life),
      opener: plant.opener?.(this.vault.openerPort(life), this) ?? this.vault.openerPort(life),
      registry: plant.registry?.(this.registry.port(life), this) ?? this.registry.port(life),
      rows: plant.rows?.(this.rows.port(life), this) ?? this.rows.port(life),
      gate: plant.gate?.(gate, this) ?? gate,
      suppressions: plant.suppressions?.(suppressions, this) ?? suppressions,
      books: (books) => plant.books?.(books, this) ?? books,
      window: () => this.bus.window(life, this.#windowSize),
      publisher: plant.publisher?.(this.bus.publisherPort(life), this) ?? this.bus.publisherPort(life),
      provider: plant.provider?.(provider, this) ?? provider,
      timing: plant.timing?.(life.timing, this) ?? life.timing,
      timers: life.timers,
      date: () => new Date(wallClock()),
      instant: () => new Date(wallClock()).toISOString(),
    };
  }
}

export interface Ports {
  readonly store: StorePort;
  readonly vault: IntakePort;
  readonly opener: Pick<VaultOpener, 'openRequests'>;
  readonly registry: RegistryPort;
  readonly rows: RowsPort;
  readonly gate: GateReader;
  readonly suppressions: SuppressionStore;
  readonly books: (books: Ledgers) => Ledgers;
  /** A new one for each that counts. */
  readonly window: () => DispatchWindow;
  readonly publisher: PublisherPort;
  readonly provider: ChannelProvider;
  readonly timing: Timing;
  readonly timers: Life['timers'];
  readonly date: () => Date;
  readonly instant: () => string;
}
