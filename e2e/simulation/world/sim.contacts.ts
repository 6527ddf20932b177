import type { SuppressionRow } from '@homing/read-model';
import type { GateAnswer, GateQuestion, GateReader } from '@homing/vault/gate';
import type { ContactRef, SuppressedContact, SuppressionStore } from '@homing/vault/suppression';
import type { Life } from '../engine/process.life.js';
import type { VirtualTime } from '../engine/virtual.time.js';
import { WeatherError, type Network } from './sim.network.js';
import type { SimRegistry } from './sim.registry.js';

interface Row extends SuppressedContact {
  /** When the gate came to know; undefined while the address is free. */
  readonly heldSince: number | undefined;
}

/** Addresses held back, and the gate that is asked directly before each call. */
export class SimContacts {
  readonly rows = new Map<string, Row>();

  constructor(private readonly parts: { time: VirtualTime; network: Network; registry: SimRegistry }) {}

  storePort(life: Life): SuppressionStore {
    return {
      saveContacts: (contacts) =>
        this.parts.network.call(life, {
          to: 'vault',
          what: `save ${contacts.length} addresses`,
          effect: () => contacts.forEach((contact) => this.#save(contact)),
          refused: weather,
          unknown: weather,
        }),
      suppressedContacts: (refs) =>
        this.#read(life, () => refs.map((ref) => this.rows.get(keyOf(ref))?.reasons[0]?.reason)),
    };
  }

  gatePort(life: Life): GateReader {
    const { registry, time } = this.parts;
    return {
      ask: (questions) => this.#read(life, () => questions.map((question) => this.#answer(question))),
      restingCampaigns: (refs) =>
        this.#read(life, () => {
          const keys = new Set(refs.map(({ campaignKey }) => campaignKey));
          return registry.standings().filter(({ campaignKey, status }) => keys.has(campaignKey) && status !== 'active');
        }),
      statusesSetWithin: (ms) =>
        this.#read(life, () => registry.standings().filter(({ changedAt }) => Date.parse(changedAt) > time.now - ms)),
    };
  }

  /** True while the gate has not heard something that is projected of an address's stream. */
  isBehind(projected: Iterable<SuppressionRow>): boolean {
    return [...projected].some((row) => row.revision > (this.rows.get(keyOf(row))?.revision ?? -1n));
  }

  #answer({ tenantId, campaignKey, fingerprint }: GateQuestion): GateAnswer {
    const reason = this.rows.get(keyOf({ tenantId, fingerprint }))?.reasons[0]?.reason;
    if (reason) return { kind: 'suppressed', reason };
    if (campaignKey === undefined) return { kind: 'open' };
    const campaign = this.parts.registry.campaign(campaignKey);
    if (campaign?.tenantId !== tenantId) return { kind: 'campaign_missing' };
    return campaign.status === 'active' ? { kind: 'open' } : { kind: campaign.status };
  }

  #save(contact: SuppressedContact): void {
    const known = this.rows.get(keyOf(contact));
    if (known && known.revision >= contact.revision) return;
    const held = contact.reasons.length > 0;
    this.rows.set(keyOf(contact), {
      ...contact,
      heldSince: held ? (known?.heldSince ?? this.parts.time.now) : undefined,
    });
  }

  #read<T>(life: Life, effect: () => T): Promise<T> {
    return this.parts.network.call(life, { to: 'vault', what: '', effect, refused: weather });
  }
}

export const keyOf = ({ tenantId, fingerprint }: ContactRef): string => `${tenantId}/${fingerprint}`;
const weather = (): Error => new WeatherError('vault');
