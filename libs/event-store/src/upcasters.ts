import { UnknownSchemaVersionError } from './event-store.errors.js';
import type { EventMetadata } from './event-store.port.js';

/** One step: lifts `data` of `type` from schema version `from` to `to`. Pure; must accept everything ever stored as `from`. */
export interface Upcaster {
  type: string;
  from: number;
  to: number;
  up(data: unknown): unknown;
}

/** What an event looks like to today's code. */
export interface Upcasted {
  data: unknown;
  metadata: EventMetadata;
}

export type Upcast = (type: string, data: unknown, metadata: EventMetadata) => Upcasted;

export interface UpcasterOptions {
  /**
   * Newest version this software understands, per type. Default: the highest `to` of the type's upcasters, and 1 for a
   * type without any.
   */
  newest?: Readonly<Record<string, number>>;
}

/**
 * Chains the steps per type and applies them to every event read; `metadata.schemaVersion` follows the data.
 * The returned function throws UnknownSchemaVersionError for a version newer than the newest known, or one no step starts at.
 * @throws Error at once when a step goes backwards, two start at one version, or a chain has a hole.
 */
export function createUpcasters(steps: readonly Upcaster[], options: UpcasterOptions = {}): Upcast {
  const chains = new Map<string, Map<number, Upcaster>>();
  const newest = new Map<string, number>(Object.entries(options.newest ?? {}));
  for (const step of steps) {
    if (step.to <= step.from) throw new Error(`upcaster ${step.type}@${step.from} does not go forward`);
    const chain = chains.get(step.type) ?? new Map<number, Upcaster>();
    if (chain.has(step.from)) throw new Error(`two upcasters start at ${step.type}@${step.from}`);
    chains.set(step.type, chain.set(step.from, step));
    newest.set(step.type, Math.max(newest.get(step.type) ?? 1, step.to));
  }
  for (const [type, chain] of chains) refuseHoles(type, chain, newest.get(type) ?? 1);
  return (type, data, metadata) => {
    const known = newest.get(type) ?? 1;
    const found = metadata.schemaVersion;
    if (found > known) throw new UnknownSchemaVersionError(type, found, known);
    if (found === known) return { data, metadata };
    const lifted = lift(chains.get(type), { data, metadata });
    if (lifted.metadata.schemaVersion !== known) throw new UnknownSchemaVersionError(type, found, known);
    return lifted;
  };
}

function refuseHoles(type: string, chain: Map<number, Upcaster>, newest: number): void {
  for (const { to } of chain.values()) {
    if (to !== newest && !chain.has(to)) throw new Error(`no upcaster leads on from ${type}@${to} to ${newest}`);
  }
}

function lift(chain: Map<number, Upcaster> | undefined, event: Upcasted): Upcasted {
  let { data } = event;
  let version = event.metadata.schemaVersion;
  for (let step = chain?.get(version); step; step = chain?.get(version)) {
    data = step.up(data);
    version = step.to;
  }
  return { data, metadata: { ...event.metadata, schemaVersion: version } };
}
