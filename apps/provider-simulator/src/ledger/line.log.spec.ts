import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ledger, type Acceptance, type LedgerLine } from './ledger.js';
import { LineLog } from './line.log.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'simulator-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const message: Acceptance = {
  provider: 'sendgrid',
  channel: 'email',
  to: 'r1@sandbox.test',
  deliveryId: 'd.1',
  attempt: 1,
  idempotencyKey: null,
  args: {},
};
const file = () => join(home, 'simulator', 'ledger.jsonl');
const id = (n: number) => `m${n}`;
const reopened = async () => {
  const lines: LedgerLine[] = [];
  return { ledger: await Ledger.open(home, (line) => void lines.push(line)), lines };
};
const written = async () => {
  const { ledger, lines } = await reopened();
  await ledger.close();
  return lines;
};

it('holds every accepted line when accept resolves, however many come at once', async () => {
  const { ledger } = await reopened();
  const accepted = await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const [line] = await ledger.accept([{ ...message, deliveryId: `d${i}` }], id);
      expect(readFileSync(file(), 'utf8')).toContain(`"deliveryId":"d${i}"`);
      return line;
    }),
  );
  await ledger.close();
  const lines = await written();
  expect(lines).toEqual(accepted);
  expect(lines.map(({ n }) => n)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
});

it('goes on counting after a restart, and cuts off a line torn by a kill', async () => {
  const first = (await reopened()).ledger;
  await first.accept([message, message], id);
  await first.close();
  const whole = statSync(file()).size;
  appendFileSync(file(), '{"n":3,"at":"2026-11-20T1');
  const { ledger, lines } = await reopened();
  expect(lines.map(({ n, messageId }) => [n, messageId])).toEqual([
    [1, 'm1'],
    [2, 'm1'],
  ]);
  expect(statSync(file()).size).toBe(whole);
  expect(await ledger.accept([message], id)).toMatchObject([{ n: 3, messageId: 'm3' }]);
  await ledger.close();
  expect(await written()).toHaveLength(3);
});

it('is for its owner only, also where it was not before', async () => {
  const modes = () => [join(home, 'simulator'), file()].map((path) => statSync(path).mode & 0o777);
  await (await reopened()).ledger.close();
  expect(modes()).toEqual([0o700, 0o600]);
  chmodSync(join(home, 'simulator'), 0o755);
  chmodSync(file(), 0o644);
  await (await reopened()).ledger.close();
  expect(modes()).toEqual([0o700, 0o600]);
});

it('shows what came after a number', async () => {
  const { ledger } = await reopened();
  for (let i = 0; i < 5; i++) await ledger.accept([message], id);
  const seen: number[] = [];
  for await (const { n } of ledger.after(3)) seen.push(n);
  expect(seen).toEqual([4, 5]);
  await ledger.close();
});

it('cuts a torn line longer than it reads at once, and opens an empty file', async () => {
  const path = join(home, 'long.jsonl');
  const opened = () => LineLog.open<{ n: number }>(path, { sync: true, visit: () => {} });
  await (await opened()).close();
  appendFileSync(path, `{"n":1}\n${'x'.repeat(200_000)}`);
  await (await opened()).close();
  expect(readFileSync(path, 'utf8')).toBe('{"n":1}\n');
});
