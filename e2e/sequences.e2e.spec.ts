// A chain of two emails over the shipped processes: the second follows when nobody read the first, and not when it was read.
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { LocalStack, until } from '@homing/testing/local-stack';
import { emailRequest, someone } from './requests.fixture.js';

jest.setTimeout(300_000);
let stack: LocalStack;

beforeAll(async () => {
  stack = await LocalStack.start();
}, 240_000);
afterAll(() => stack.stop(), 120_000);

/** Hours: some fourteen seconds. */
const SHORT = 0.004;
const steps = [
  { step: 1, channel: 'email', template: 'email_intro', waitHours: SHORT, until: 'read' },
  { step: 2, channel: 'email', template: 'initial_outreach_v1' },
];

async function send(persona: string): Promise<{ to: string; id: string; body: Record<string, unknown> }> {
  const to = someone(persona);
  const data = { business_name: 'Acme', demo_url: 'https://demo.example/1', first_name: 'Robin' };
  const second = { owner_name: 'Robin', property_address: 'Lane 1' };
  const { status, body } = await stack.api.send(emailRequest(to, { content: { data: { ...data, ...second } }, steps }));
  expect([status, body['status']]).toEqual([202, 'scheduled']);
  return { to, id: String(body['outreachId']), body };
}

const told = async (id: string): Promise<string[]> =>
  (await stack.api.outreach(id))?.timeline.map(({ transition }) => transition) ?? [];

it('a second email follows when nobody has read the first within its wait, and not when somebody has', async () => {
  const silent = await send('delivers');
  const reader = await send('opens');
  expect(silent.body['chain']).toMatchObject([
    { step: 1, channel: 'email', template: 'email_intro', until: 'read', state: 'planned', reason: 'step' },
    { step: 2, channel: 'email', template: 'initial_outreach_v1', state: 'in_reserve' },
  ]);
  await until(async () => (await told(silent.id)).includes('settled'), 'the chain of the silent to settle');
  await until(async () => (await told(reader.id)).includes('settled'), 'the chain of the reader to settle');
  expect((await told(silent.id)).join(' ')).toMatch(/given_up fallback scheduled .*settled$/);
  const ledger = await stack.ledger();
  const sentTo = (to: string) => ledger.filter((line) => line.to === to).map(({ deliveryId }) => deliveryId);
  expect(sentTo(silent.to)).toEqual([`${silent.id}.1`, `${silent.id}.2`]);
  expect(sentTo(reader.to)).toEqual([`${reader.id}.1`]);
  const ofReader = await told(reader.id);
  expect(ofReader).toContain('passed_over');
  expect(ofReader).not.toContain('fallback');
});
