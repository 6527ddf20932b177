// Real: the shipped gateway as a process of its own, with no store behind any of its addresses.
import { expect, it } from '@jest/globals';
import { freePort } from '@homing/embedded-stores';
import { generateVaultKeys } from '@homing/vault';
import { startProgram } from '../../../libs/service-kit/src/child-process.fixture.js';

it('stops cleanly at SIGTERM although neither bus nor stores were ever there', async () => {
  const nobody = `127.0.0.1:${await freePort()}`;
  const { openKey, sealKey } = await generateVaultKeys();
  const gateway = startProgram('channel-gateway', {
    NATS_URL: `nats://${nobody}`,
    EVENTSTORE_URL: `esdb://${nobody}?tls=false`,
    VAULT_DATABASE_URL: `postgres://nobody:nothing@${nobody}/nothing`,
    VAULT_OPEN_KEY: openKey,
    DEAD_LETTER_SEAL_KEY: sealKey,
    SENDGRID_API_KEY: 'SG.nobody',
    SENDGRID_BASE_URL: `http://${nobody}`,
    SENDGRID_FROM_EMAIL: 'desk@sandbox.test',
  });
  await gateway.line((line) => line['msg'] === 'listening');
  await gateway.line((line) => line['msg'] === 'bus is down');
  gateway.process.kill('SIGTERM');
  expect(await gateway.ended).toEqual({ code: 0, signal: null });
  const words = gateway.lines.map((line) => line['msg']);
  expect(words).toContain('stopped');
  expect(words).not.toContain('did not stop cleanly');
}, 60_000);
