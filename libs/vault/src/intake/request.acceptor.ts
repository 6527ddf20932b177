import { v7 as uuidv7 } from 'uuid';
import type { Fingerprinter } from '../address/address.fingerprint.js';
import type { VaultDatabase } from '../database/vault.tables.js';
import { newRawPair } from '../envelope/x25519.keys.js';
import type { Sealer } from '../seal/sealer.js';
import { identityKey, planIdentities } from './identity.plan.js';
import type { IdentityRow } from './identity.plan.js';
import type { AcceptedContact, AcceptItem, AcceptResult } from './intake.types.js';
import { readKnowledge, releaseHeld, writeBatch } from './intake.queries.js';
import type { NewPerson, StoredRequest } from './intake.queries.js';
import { prepareItem } from './request.preparation.js';
import type { PreparedItem } from './request.preparation.js';

/** Unique, foreign key, deadlock, serialisation: someone else was faster; what they wrote is visible now. */
const conflicts = new Set(['23505', '23503', '40P01', '40001']);
/** Each conflict means another batch was committed; so many in a row mean something else is wrong. */
const conflictLimit = 100;

export type AcceptorParts = {
  readonly db: VaultDatabase;
  readonly sealer: Sealer;
  readonly fingerprinter: Fingerprinter;
};

export function sealedRefOf(outreachId: string): string {
  return `vault:request/${outreachId}`;
}

/** Optimistic: read, decide, write in one statement; on a conflict read again. Work with keys is kept from try to try. */
export async function acceptRequests(parts: AcceptorParts, batch: readonly AcceptItem[]): Promise<AcceptResult[]> {
  const preparations = batch.map((item) => prepareItem(item, parts.fingerprinter));
  const ready = preparations.flatMap((p) => (p.kind === 'ready' ? [p.prepared] : []));
  const answers = ready.length === 0 ? [] : await acceptPrepared(parts, ready);
  let next = 0;
  return preparations.map((p) => (p.kind === 'refused' ? p.result : (answers[next++] as AcceptResult)));
}

async function acceptPrepared(parts: AcceptorParts, ready: readonly PreparedItem[]): Promise<AcceptResult[]> {
  const work = createSealingWork(parts.sealer);
  for (let tries = 1; ; tries += 1) {
    const known = await readKnowledge(parts.db, ready);
    const stored = new Map(known.requests.map((request) => [request.outreachId, request]));
    const asked = ready.filter((each) => !each.item.held && isHeldRepeat(each, stored));
    if (asked.length > 0) {
      await releaseHeld(
        parts.db,
        asked.map(({ item }) => item.outreachId),
      );
    }
    const fresh = firstOfEach(ready.filter(({ item }) => !stored.has(item.outreachId)));
    if (fresh.length === 0) return ready.map((prepared) => answer(prepared, stored, false));
    const identities = { recipients: index(known.recipients), addresses: index(known.addresses) };
    const plan = planIdentities(fresh, identities, work.propose);
    const persons = await Promise.all(plan.newPersons.map((person) => work.newPerson(person)));
    const keys = new Map([...known.publicKeys, ...persons.map((p) => [p.personId, p.publicKey] as const)]);
    const requests = await Promise.all(
      fresh.map(async (prepared, place) => {
        const { personId, contacts } = plan.resolved[place] as (typeof plan.resolved)[number];
        const sealed = await work.sealRequest(prepared, personId, keys.get(personId) as Uint8Array);
        return { ...prepared, personId, sealed, storedContacts: JSON.stringify(contacts) };
      }),
    );
    try {
      await writeBatch(parts.db, { ...plan, persons, requests });
    } catch (error) {
      if (tries < conflictLimit && conflicts.has(String((error as { code?: unknown }).code))) continue;
      throw error;
    }
    for (const request of requests) stored.set(request.item.outreachId, asStored(request));
    const written = new Set(fresh);
    return ready.map((prepared) => answer(prepared, stored, written.has(prepared)));
  }
}

function isHeldRepeat({ item, digest }: PreparedItem, stored: ReadonlyMap<string, StoredRequest>): boolean {
  const row = stored.get(item.outreachId);
  return row !== undefined && row.held && row.digest.equals(digest);
}

function firstOfEach(items: readonly PreparedItem[]): PreparedItem[] {
  const first = new Map<string, PreparedItem>();
  for (const prepared of items) if (!first.has(prepared.item.outreachId)) first.set(prepared.item.outreachId, prepared);
  return [...first.values()];
}

function index(rows: readonly IdentityRow[]): Map<string, string> {
  return new Map(rows.map((row) => [identityKey(row.tenantId, row.hash), row.personId]));
}

function asStored(request: PreparedItem & { personId: string; storedContacts: string }): StoredRequest {
  const { item, digest, personId, storedContacts } = request;
  const acceptedAt = new Date(item.acceptedAt).toISOString();
  return {
    outreachId: item.outreachId,
    personId,
    digest,
    contacts: storedContacts,
    acceptedAt,
    held: item.held === true,
  };
}

function answer(prepared: PreparedItem, stored: ReadonlyMap<string, StoredRequest>, isFirst: boolean): AcceptResult {
  const { outreachId } = prepared.item;
  const row = stored.get(outreachId);
  if (row === undefined || !row.digest.equals(prepared.digest)) return { kind: 'different_content', outreachId };
  return {
    kind: isFirst ? 'accepted' : 'repeated',
    outreachId,
    personId: row.personId,
    contacts: JSON.parse(row.contacts) as AcceptedContact[],
    sealedRef: sealedRefOf(outreachId),
    acceptedAt: row.acceptedAt,
  };
}

type SealingWork = {
  propose(prepared: PreparedItem): string;
  newPerson(person: { tenantId: string; personId: string }): Promise<NewPerson>;
  sealRequest(prepared: PreparedItem, personId: string, publicKey: Uint8Array): Promise<Uint8Array>;
};

function createSealingWork(sealer: Sealer): SealingWork {
  const proposed = new Map<string, string>();
  const persons = new Map<string, Promise<NewPerson>>();
  const sealed = new Map<string, Promise<Uint8Array>>();
  const sealKey = sealer.sealBatchForInstallation();
  return {
    propose: ({ item }) => remember(proposed, item.outreachId, () => uuidv7()),
    newPerson: (person) => remember(persons, person.personId, () => makePerson(sealKey, person)),
    sealRequest: ({ item, request }, personId, publicKey) =>
      remember(sealed, `${item.outreachId}/${personId}`, () => {
        const context = { tenantId: item.tenantId, kind: 'request', id: item.outreachId };
        return sealer.sealForPerson(publicKey, Buffer.from(request), context);
      }),
  };
}

async function makePerson(
  seal: ReturnType<Sealer['sealBatchForInstallation']>,
  person: { tenantId: string; personId: string },
): Promise<NewPerson> {
  const pair = newRawPair();
  const context = { tenantId: person.tenantId, kind: 'person-key', id: person.personId };
  const sealedPrivateKey = await seal(pair.privateKey, context);
  pair.privateKey.fill(0);
  return { ...person, publicKey: pair.publicKey, sealedPrivateKey };
}

function remember<K, V>(memory: Map<K, V>, key: K, make: () => V): V {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const value = make();
  memory.set(key, value);
  return value;
}
