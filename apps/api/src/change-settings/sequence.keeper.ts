import {
  DEFAULT_WAIT_HOURS,
  isSequenceName,
  PRODUCT_SEQUENCES,
  readTenantSettings,
  strategyOf,
  type SequenceSettings,
  type Sequences,
} from '@homing/contracts';
import type { Tenant } from '@homing/vault/registry';
import type { ApiParts } from '../api.parts.js';
import { invalidField, ProblemError } from '../problem/problem.error.js';
import { actorOf, type Caller } from '../security/caller.js';
import { priceClash, refusalOf } from './settings.reader.js';

/** How often a change is made again where others change the settings at the same time and the caller named no version. */
const TRIES = 5;

/** Named sequences of the caller's tenant: a part of its settings, versioned and audited with them. */
export class SequenceKeeper {
  constructor(private readonly parts: Pick<ApiParts, 'registry'>) {}

  async list(caller: Caller) {
    const tenant = await this.#tenant(caller);
    const names = new Set([...Object.keys(PRODUCT_SEQUENCES), ...Object.keys(tenant.settings.sequences ?? {})]);
    return { items: [...names].sort().flatMap((name) => shownSequence(tenant, name) ?? []) };
  }

  async find(caller: Caller, name: string) {
    const shown = shownSequence(await this.#tenant(caller), name);
    if (!shown) throw new ProblemError('not_found');
    return shown;
  }

  /** Committed when it returns; within a second every request taken in follows it. */
  async set(caller: Caller, name: string, body: unknown) {
    const { sequence, seenVersion } = readSequence(name, body);
    const tenant = await this.#change(caller, seenVersion, (sequences) => ({ ...sequences, [name]: sequence }));
    return shownSequence(tenant, name);
  }

  async remove(caller: Caller, name: string): Promise<void> {
    await this.#change(caller, undefined, (sequences) => {
      if (!Object.hasOwn(sequences, name)) throw new ProblemError('not_found');
      return Object.fromEntries(Object.entries(sequences).filter(([other]) => other !== name));
    });
  }

  async #tenant({ tenantId }: Caller): Promise<Tenant> {
    const tenant = await this.parts.registry.readTenant(tenantId);
    if (!tenant) throw new ProblemError('not_found');
    return tenant;
  }

  async #change(
    caller: Caller,
    seenVersion: number | undefined,
    change: (sequences: Sequences) => Sequences,
  ): Promise<Tenant> {
    for (let tries = 1; ; tries += 1) {
      const { settings: before, settingsVersion } = await this.#tenant(caller);
      const sequences = change(before.sequences ?? {});
      const settings = { ...before, sequences };
      const reading = readTenantSettings({ sequences });
      if (reading.kind === 'invalid') throw new ProblemError('invalid_fields', { errors: reading.faults });
      const changed = await this.parts.registry.changeTenantSettings({
        ...{ tenantId: caller.tenantId, actor: actorOf(caller), settings },
        seenVersion: seenVersion ?? settingsVersion,
      });
      if ('tenant' in changed) return changed.tenant;
      if (changed.kind !== 'outdated' || seenVersion !== undefined || tries === TRIES)
        throw refusalOf(changed, priceClash);
    }
  }
}

/** @throws ProblemError naming each field of the body */
function readSequence(name: string, body: unknown): { sequence: SequenceSettings; seenVersion: number | undefined } {
  if (!isSequenceName(name))
    throw invalidField('name', 'unknown_name', 'must be a short lower-case word such as first_contact');
  if (!isRecord(body)) throw invalidField('', 'not_an_object', 'must be a JSON object');
  const { settingsVersion, ...sequence } = body;
  const reading = readTenantSettings({ sequences: { [name]: sequence } });
  if (reading.kind === 'invalid') {
    const own = `sequences.${name}`;
    const errors = reading.faults.map((fault) => ({ ...fault, field: within(fault.field, own) }));
    throw new ProblemError('invalid_fields', { errors });
  }
  const version = settingsVersion ?? undefined;
  if (version !== undefined && !(Number.isInteger(version) && Number(version) >= 0))
    throw invalidField('settingsVersion', 'isInt', 'settingsVersion must be a whole number of at least 0');
  const read = reading.settings.sequences?.[name];
  if (!read) throw new ProblemError('not_found');
  return { sequence: read, seenVersion: version === undefined ? undefined : Number(version) };
}

const within = (field: string, own: string): string =>
  field.startsWith(`${own}.`) ? field.slice(own.length + 1) : field;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function shownSequence({ settings, settingsVersion }: Tenant, name: string) {
  const own = settings.sequences && Object.hasOwn(settings.sequences, name) ? settings.sequences[name] : undefined;
  const product = Object.hasOwn(PRODUCT_SEQUENCES, name) ? PRODUCT_SEQUENCES[name] : undefined;
  const sequence = own ?? product;
  if (!sequence) return undefined;
  const { description, strategy, steps } = sequence;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    strategy: strategyOf(strategy, steps),
    steps: steps.map((step, i) => ({ waitHours: DEFAULT_WAIT_HOURS, until: 'answered', ...step, step: i + 1 })),
    owner: own ? ('tenant' as const) : ('product' as const),
    version: own ? settingsVersion : 0,
    settingsVersion,
  };
}
