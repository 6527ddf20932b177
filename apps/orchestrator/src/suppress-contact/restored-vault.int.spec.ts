// Real: the vault in Postgres, copied and put back from the copy as a restore does, and the read model, rows projected as the projector
// projects them. Played: the event store (in memory). The gate is the one that the gateways ask.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { createSystemQueries, type StoredEvent, type SystemQueries } from '@homing/read-model';
import { createConsentStore, createConsentView, type SeenConsent } from '@homing/vault/consent';
import { createGateReader, type GateAnswer } from '@homing/vault/gate';
import { createSuppressionStore } from '@homing/vault/suppression';
import { vaultIncarnation } from '@homing/vault/intake';
import { project } from '../../../../libs/read-model/src/fixtures/project.fixture.js';
import { makeReadDatabase, type ReadDatabase } from '../../../../libs/read-model/src/fixtures/read-database.fixture.js';
import { startTestVault, type TestVault } from '../../../../libs/vault/src/database/vault.fixture.js';
import { repairConsents } from './consent.repair.js';
import { ContactKeeper } from './contact.keeper.js';
import { repairRound } from './repair.round.js';

const tenantId = randomUUID();
const at = (second: number): string => new Date(Date.UTC(2026, 4, 1, 10, 0, second)).toISOString();

let vault: TestVault;
let database: ReadDatabase;
let readModel: SystemQueries;
const store = new InMemoryEventStore();
beforeAll(async () => {
  [vault, database] = await Promise.all([startTestVault(), makeReadDatabase()]);
  readModel = createSystemQueries(database.connect('system'));
});
afterAll(async () => {
  await Promise.all([vault?.close(), database?.drop()]);
});

/** The next word on one address. */
async function say(kind: 'grant_consent' | 'withdraw_consent', fingerprint: string, second: number): Promise<void> {
  const consents = createConsentStore(vault.as('vault_intake', 1));
  const contacts = createSuppressionStore(vault.as('vault_intake', 1));
  const keeper = new ContactKeeper({ store, contacts, consents, instance: 'spec' });
  const of = { tenantId, fingerprint, channel: 'sms', purpose: 'marketing', consentId: randomUUID() } as const;
  const said = { ...of, source: 'form', by: 'key:k', at: at(second), evidence: `FORM-${second}` } as const;
  const wording = kind === 'grant_consent' ? { wording: 'W-1', validUntil: '2099-01-01T00:00:00.000Z' } : {};
  await keeper.record({
    command: { kind, ...said, ...wording, causationId: 'c', now: at(30) },
    commandId: randomUUID(),
  });
}

async function answersFor(...fingerprints: string[]): Promise<GateAnswer[]> {
  const consent = { channel: 'sms', purpose: 'marketing', required: true } as const;
  const gate = createGateReader(vault.as('vault_open', 1));
  return gate.ask(fingerprints.map((fingerprint) => ({ tenantId, fingerprint, consent })));
}

async function register(): Promise<readonly SeenConsent[]> {
  return (await createConsentView(vault.as('vault_api', 1)).list({ tenantId, limit: 100 })).items;
}

/** As an orchestrator that lives on through the restore has it; by the clock it is not due again. */
function roundOfOrchestrator(): () => Promise<boolean> {
  const db = vault.as('vault_intake', 1);
  const [contacts, consents] = [createSuppressionStore(db), createConsentStore(db)];
  return repairRound({ readModel, contacts, consents, incarnation: () => vaultIncarnation(db) }, 3_600_000);
}

it('a withdrawal said after the backup counts again once the vault that forgot it was repaired, with all that was said', async () => {
  await say('grant_consent', 'withdrew', 1);
  await say('grant_consent', 'stayed', 1);
  const round = roundOfOrchestrator();
  const backup = await vault.copy();
  await say('withdraw_consent', 'withdrew', 2);
  await say('grant_consent', 'came', 3);
  await project(database.connect('system'), store.readAllNow() as readonly StoredEvent[]);
  await round();
  const before = { answers: await answersFor('withdrew', 'stayed', 'came'), register: await register() };
  expect(before.answers.map(({ kind }) => kind)).toEqual(['no_consent', 'open', 'open']);

  await backup.restore();
  // The fault landed: the gate would let through who withdrew.
  const forgot = await answersFor('withdrew', 'stayed', 'came');
  expect(forgot.map(({ kind }) => kind)).toEqual(['open', 'open', 'no_consent']);

  await round();
  expect({ answers: await answersFor('withdrew', 'stayed', 'came'), register: await register() }).toEqual(before);
});

it('a register that knows more than is projected keeps it', async () => {
  await say('grant_consent', 'further', 1);
  await say('withdraw_consent', 'further', 2);
  const stands = await register();
  const consents = createConsentStore(vault.as('vault_intake', 1));
  // Only the first of the two words is projected.
  const behind: Pick<SystemQueries, 'consentWords'> = {
    consentWords: async ({ after }) =>
      after === '' ? [{ ...granted, fingerprint: 'further', revision: 0n, updatedPosition: 1n }] : [],
  };
  expect(await repairConsents({ readModel: behind, consents })).toBe(1);
  expect(await register()).toEqual(stands);
});

const granted = {
  ...({ kind: 'granted', channel: 'sms', purpose: 'marketing', source: 'form' } as const),
  ...{ tenantId, consentId: randomUUID(), saidAt: at(1), evidence: 'FORM-1' },
  ...{ wording: null, validUntil: null, saidBy: null },
};
