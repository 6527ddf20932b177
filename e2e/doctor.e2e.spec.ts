// The doctor beside the shipped processes: a healthy stack, then faults brought about one way or another, each named.
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { LocalStack, until } from '@homing/testing/local-stack';
import pg from 'pg';
import { askDoctor, codesOf } from './doctor.fixture.js';
import { emailRequest, someone } from './requests.fixture.js';

let stack: LocalStack;

beforeAll(async () => {
  stack = await LocalStack.start();
}, 600_000);
afterAll(() => stack.stop(), 300_000);

it('finds nothing wrong with a healthy stack', async () => {
  let seen = await askDoctor(stack.home);
  await until(async () => (seen = await askDoctor(stack.home)).code === 0, 'the doctor to be content').catch(
    () => undefined,
  );
  expect(codesOf(seen)).toEqual([]);
  expect(seen.code).toBe(0);
  expect(seen.report.results.map(({ status }) => status)).not.toContain('left_out');
}, 900_000);

it('names every fault of a stack that has several, and tells no secret', async () => {
  const owner = new URL(stack.environmentOf('orchestrator')['VAULT_DATABASE_URL'] ?? '');
  owner.username = 'vault_owner';
  owner.password = stack.databasePassword('vault_owner');
  const vault = new pg.Client({ connectionString: owner.href });
  await vault.connect();
  await vault.query('revoke insert on vault.suppression from vault_intake');
  await vault.query("insert into vault.kysely_migration values ('9999-tomorrow', now()::text)");
  await vault.end();
  await stack.behave({ webhook: { paused: true } });
  chmodSync(join(stack.home, 'env'), 0o644);
  const frozen = stack.pid('webhook-ingestion');
  process.kill(frozen, 'SIGSTOP');
  try {
    const seen = await askDoctor(stack.home);
    expect(seen.code).toBe(1);
    expect(codesOf(seen)).toEqual(
      expect.arrayContaining([
        'home SECRETS_OPEN',
        'rights of vault_intake ROLE_RIGHTS_MISSING',
        'simulator behaviour SIMULATOR_MISBEHAVES',
        'vault DATABASE_SCHEMA_NEWER',
        'webhook-ingestion SERVICE_HUNG',
      ]),
    );
    for (const secret of [stack.env['API_KEY'] ?? '', owner.password]) expect(seen.output).not.toContain(secret);
  } finally {
    process.kill(frozen, 'SIGCONT');
  }
}, 900_000);

it('names a provider that refuses our key and who forges webhooks', async () => {
  await stack.behave({ errorRates: { 401: 1 } });
  const channel = 'email';
  const { body } = await stack.api.send(emailRequest(someone(), { urgency: 'critical' }));
  expect(body).toMatchObject({ status: 'scheduled', channel });
  const { WEBHOOK_URL } = stack.environmentOf('provider-simulator');
  for (let n = 0; n < 20; n += 1) {
    const forged = await fetch(`${WEBHOOK_URL}/webhooks/textbee`, { method: 'POST', body: '{}' });
    expect(forged.status).toBe(401);
  }
  const wanted = ['providers of channel-gateway PROVIDER_REFUSES_LOGIN', 'webhooks WEBHOOKS_FORGED'];
  // The one call that is refused stops the provider.
  wanted.push('providers of channel-gateway PROVIDER_STOPPED');
  let codes: string[] = [];
  await until(
    async () => {
      codes = codesOf(await askDoctor(stack.home));
      return wanted.every((code) => codes.includes(code));
    },
    () => `${wanted.join()} among ${codes.join()}`,
  );
}, 900_000);

it('of a stopped stack still tells what its files show', async () => {
  await stack.halt();
  const seen = await askDoctor(stack.home);
  expect(seen.code).toBe(1);
  expect(codesOf(seen)).toEqual(['home SECRETS_OPEN']);
}, 300_000);
