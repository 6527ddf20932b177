import type { AcceptedRecord, AcceptItem, AcceptResult, VaultIntake } from '@homing/vault/intake';
import type { OpenResult, VaultOpener } from '@homing/vault/open';
import { createFingerprinter } from '../../../libs/vault/src/address/address.fingerprint.js';
import { identityKey, planIdentities } from '../../../libs/vault/src/intake/identity.plan.js';
import { prepareItem, type PreparedItem } from '../../../libs/vault/src/intake/request.preparation.js';
import { Changes } from '../engine/idle.wait.js';
import type { Life } from '../engine/process.life.js';
import type { Random } from '../engine/random.source.js';
import type { Trace } from '../engine/trace.log.js';
import type { VirtualTime } from '../engine/virtual.time.js';
import { WeatherError, type Network } from './sim.network.js';

export type IntakePort = Pick<
  VaultIntake,
  'acceptRequests' | 'loadAccepted' | 'listUnfed' | 'listUnfedOfCampaign' | 'markFed'
>;

/** One sealed request. */
export interface Sealed extends AcceptedRecord {
  readonly digest: Buffer;
  /** JSON of what was sealed; undefined once its person was erased. */
  readonly request: string | undefined;
  readonly fed: boolean;
}

/** As `vault.forget_requests_of` has it: what a request counts for. */
function keptOf(decisionInput: unknown): unknown {
  const { requested } = decisionInput as { requested: Record<string, unknown> };
  const names = ['messageType', 'strategy', 'urgency', 'content', 'via', 'campaignKey'];
  return {
    requested: Object.fromEntries(Object.entries(requested).filter(([name]) => names.includes(name))),
    inputs: {},
  };
}

const fingerprinter = createFingerprinter(Buffer.alloc(32, 7).toString('base64'));

/**
 * The vault without cryptography: identities, digests and fingerprints are the product's own, sealing is left out. It is the
 * truth about what was accepted.
 */
export class SimVault {
  readonly sealed = new Map<string, Sealed>();
  readonly changes = new Changes();
  readonly #recipients = new Map<string, string>();
  readonly #addresses = new Map<string, string>();

  constructor(private readonly parts: { random: Random; time: VirtualTime; network: Network; trace: Trace }) {}

  intakePort(life: Life): IntakePort {
    const read = <T>(effect: () => T): Promise<T> =>
      this.parts.network.call(life, { to: 'vault', what: '', effect, refused: () => new WeatherError('vault') });
    const write = <T>(what: string, effect: () => T): Promise<T> =>
      this.parts.network.call(life, {
        to: 'vault',
        what,
        effect,
        refused: () => new WeatherError('vault'),
        unknown: () => new WeatherError('vault'),
      });
    return {
      acceptRequests: (batch) => write(`seal ${batch.length}`, () => this.#accept(batch)),
      loadAccepted: (ids) => read(() => ids.flatMap((id) => this.sealed.get(id) ?? [])),
      listUnfed: ({ olderThan, limit }) => read(() => this.unfed(olderThan).slice(0, limit)),
      listUnfedOfCampaign: ({ tenantId, campaignKey, limit }) =>
        read(() => this.#unfedOfCampaign(tenantId, campaignKey).slice(0, limit)),
      markFed: (ids) => write(`mark fed ${ids.length}`, () => this.#markFed(ids)),
    };
  }

  openerPort(life: Life): Pick<VaultOpener, 'openRequests'> {
    return {
      openRequests: (refs) =>
        this.parts.network.call(life, {
          to: 'vault',
          what: '',
          effect: () => refs.map(({ outreachId, tenantId }) => this.#open(outreachId, tenantId)),
          refused: () => new WeatherError('vault'),
        }),
    };
  }

  /** Sealed before `olderThan`, not known to be decided. */
  unfed(olderThan: string): {
    outreachId: string;
    tenantId: string;
    acceptedAt: string;
    expiresAt: string | null;
    source: string;
    sealedRef: string;
  }[] {
    return [...this.sealed.values()]
      .filter((each) => !each.fed && Date.parse(each.acceptedAt) < Date.parse(olderThan))
      .sort((a, b) => (a.acceptedAt + a.outreachId < b.acceptedAt + b.outreachId ? -1 : 1))
      .map(({ outreachId, tenantId, acceptedAt, expiresAt, source }) => ({
        outreachId,
        tenantId,
        acceptedAt,
        expiresAt,
        source,
        sealedRef: `vault:request/${outreachId}`,
      }));
  }

  /** Milliseconds from `now` until a request has been sealed for `ageMs` and nobody is known to have decided it. */
  unfedIn(now: number, ageMs: number): number | undefined {
    const [oldest] = this.unfed('9999-12-31T00:00:00.000Z');
    return oldest && Date.parse(oldest.acceptedAt) + ageMs + 1 - now;
  }

  /** Destroys a person's key: what was sealed to it opens never again. */
  erase(personId: string): void {
    for (const [id, each] of this.sealed) {
      if (each.personId !== personId) continue;
      const decisionInput = each.fed ? null : keptOf(each.decisionInput);
      this.sealed.set(id, { ...each, contacts: [], decisionInput, request: undefined, erased: true });
    }
  }

  #accept(batch: readonly AcceptItem[]): AcceptResult[] {
    const preparations = batch.map((item) => prepareItem(item, fingerprinter));
    const ready = preparations.flatMap((each) => (each.kind === 'ready' ? [each.prepared] : []));
    const fresh = [
      ...new Map(
        ready.filter(({ item }) => !this.sealed.has(item.outreachId)).map((p) => [p.item.outreachId, p]),
      ).keys(),
    ];
    const first = fresh.map((id) => ready.find(({ item }) => item.outreachId === id) as PreparedItem);
    const known = { recipients: this.#recipients, addresses: this.#addresses };
    const plan = planIdentities(first, known, () => this.parts.random.uuid());
    for (const { tenantId, hash, personId } of plan.newRecipients)
      this.#recipients.set(identityKey(tenantId, hash), personId);
    for (const { tenantId, hash, personId } of plan.newAddresses)
      this.#addresses.set(identityKey(tenantId, hash), personId);
    first.forEach((prepared, place) => {
      const { personId, contacts } = plan.resolved[place] as (typeof plan.resolved)[number];
      this.#seal(prepared, personId, contacts);
    });
    this.changes.ring();
    const written = new Set(first);
    return preparations.map((each) =>
      each.kind === 'refused' ? each.result : this.#answer(each.prepared, written.has(each.prepared)),
    );
  }

  #seal({ item, digest, request, decisionInput }: PreparedItem, personId: string, contacts: Sealed['contacts']): void {
    const { outreachId, tenantId, acceptedAt, expiresAt, source } = item;
    this.sealed.set(outreachId, {
      ...{ outreachId, tenantId, personId, contacts, acceptedAt, expiresAt, source, digest, request },
      decisionInput: JSON.parse(decisionInput) as unknown,
      erased: false,
      fed: false,
    });
  }

  #answer(prepared: PreparedItem, isFirst: boolean): AcceptResult {
    const { outreachId } = prepared.item;
    const row = this.sealed.get(outreachId);
    if (!row?.digest.equals(prepared.digest)) return { kind: 'different_content', outreachId };
    const { personId, contacts, acceptedAt } = row;
    return {
      kind: isFirst ? 'accepted' : 'repeated',
      outreachId,
      personId,
      contacts,
      acceptedAt,
      sealedRef: `vault:request/${outreachId}`,
    };
  }

  #open(outreachId: string, tenantId: string): OpenResult {
    const row = this.sealed.get(outreachId);
    if (row?.tenantId !== tenantId) return { kind: 'missing', outreachId };
    if (row.request === undefined) return { kind: 'erased', outreachId };
    return { kind: 'opened', outreachId, request: JSON.parse(row.request) as unknown };
  }

  #markFed(ids: readonly string[]): void {
    for (const id of ids) {
      const row = this.sealed.get(id);
      if (row) this.sealed.set(id, { ...row, fed: true });
    }
    this.changes.ring();
  }

  #unfedOfCampaign(tenantId: string, campaignKey: string): string[] {
    return [...this.sealed.values()]
      .filter((each) => !each.fed && each.tenantId === tenantId)
      .filter((each) => JSON.stringify(each.decisionInput).includes(`"campaignKey":${JSON.stringify(campaignKey)}`))
      .map((each) => each.outreachId);
  }
}
