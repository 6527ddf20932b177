// The event store restored from a backup. Real: the shipped processes; the backup is a copy of the event store's files.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { LocalStack, until } from '@homing/testing/local-stack';
import { emailRequest, someone } from './requests.fixture.js';
import { projectorCommand, reasonOf, restoreBackup, takeBackup } from './restored-store.fixture.js';

jest.setTimeout(900_000);
let stack: LocalStack;

beforeAll(async () => {
  stack = await LocalStack.start({ environment: { REFEED_AFTER_MS: '2000' } });
}, 600_000);
afterAll(() => stack.stop(), 300_000);

interface Sent {
  readonly to: string;
  readonly id: string;
}

async function send(over: Record<string, unknown> = {}): Promise<Sent> {
  const to = someone();
  const { status, body } = await stack.api.send(emailRequest(to, over), { idempotencyKey: randomUUID() });
  expect(status).toBe(202);
  return { to, id: String(body['outreachId']) };
}
const several = (count: number, over: Record<string, unknown> = {}): Promise<Sent[]> =>
  Promise.all(Array.from({ length: count }, () => send(over)));
const states = async (sent: readonly Sent[]): Promise<(string | undefined)[]> => {
  const all = await stack.api.states();
  return sent.map(({ id }) => all.get(id));
};
const everyIs = (sent: readonly Sent[], state: string) => async () =>
  (await states(sent)).every((each) => each === state);
const timesSent = async (sent: readonly Sent[]): Promise<number[]> => {
  const ledger = await stack.ledger();
  return sent.map(({ to }) => ledger.filter((line) => line.to === to).length);
};

it('a restored event store sends nothing again: it stops, waits for an operator, and what may have been sent is unknown', async () => {
  const before = await several(5);
  await until(everyIs(before, 'delivered'), 'what was asked for before the backup to be delivered');
  const soon = new Date(Date.now() + 20_000).toISOString();
  const waiting = await several(8, { sendAt: soon });
  const later = await several(2, { sendAt: new Date(Date.now() + 3_600_000).toISOString() });
  await until(everyIs(waiting, 'scheduled'), 'the waiting to be scheduled');
  await takeBackup(stack);

  // After the backup: the waiting come due and are sent, others are asked for and sent.
  await until(async () => (await stack.ready('api')) === 200, 'the api to be ready again');
  const since = await several(5);
  await until(everyIs([...waiting, ...since], 'delivered'), 'what came after the backup to be delivered');
  expect(await timesSent([...before, ...waiting, ...since])).toEqual(Array.from({ length: 18 }, () => 1));

  await restoreBackup(stack);
  const services = { scheduler: 4, 'channel-gateway': 5, projector: 6 };
  for (const [name, port] of Object.entries(services))
    await until(
      async () => (await reasonOf(stack, port, 'event store'))?.startsWith('EVENT_STORE_RESTORED'),
      `the ${name} to say that the store was restored`,
    );
  const sentUntilNow = (await stack.ledger()).length;
  const meanwhile = await several(3);

  const looked = await projectorCommand(stack, 'confirm-restore');
  expect(looked).toMatchObject({ code: 2, output: expect.stringContaining('nothing was changed') });
  expect((await stack.ledger()).length).toBe(sentUntilNow);

  const confirmed = await projectorCommand(stack, 'confirm-restore', '--yes');
  expect(confirmed).toMatchObject({ code: 0, output: expect.stringContaining('rebuild --anew --swap') });
  expect(await projectorCommand(stack, 'rebuild', '--anew', '--swap')).toMatchObject({ code: 0 });
  for (const port of [3, 4, 5, 6])
    await until(async () => (await stack.ready(port)) === 200, `port ${port} to be ready`);
  expect(await projectorCommand(stack, 'confirm-restore')).toMatchObject({ code: 0 });

  // What was due before the restore is unknown, and so is what the store knows nothing of any more; none of it is sent again.
  await until(everyIs([...waiting, ...since], 'outcome_unknown'), 'what was lost to be listed as unknown');
  await until(everyIs(meanwhile, 'delivered'), 'what was asked for since to be delivered');
  expect(await states(before)).toEqual(Array.from({ length: 5 }, () => 'delivered'));
  expect(await states(later)).toEqual(['scheduled', 'scheduled']);
  expect(await timesSent([...before, ...waiting, ...since, ...meanwhile])).toEqual(Array.from({ length: 21 }, () => 1));
  expect(await timesSent(later)).toEqual([0, 0]);
  const attempts = (await stack.ledger()).map(({ deliveryId, attempt }) => `${deliveryId}:${attempt}`);
  expect(new Set(attempts).size).toBe(attempts.length);
  expect(await projectorCommand(stack, 'rebuild', '--anew')).toMatchObject({ code: 0 });
});
