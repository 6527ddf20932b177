// A chain of two emails over the shipped processes: the second follows when nobody read the first, and not when it was read; and goes to the other address when the first one is dead.
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { LocalStack, until } from '@homing/testing/local-stack';
import { emailRequest, someone } from './requests.fixture.js';

jest.setTimeout(300_000);
let stack: LocalStack;

beforeAll(async () => {
  stack = await LocalStack.start({ environment: { DECISION_WAIT_MS: '30000' } });
}, 240_000);
afterAll(() => stack.stop(), 120_000);

/** Hours: some fourteen seconds. */
const SHORT = 0.004;
const steps = [
  { step: 1, channel: 'email', template: 'email_intro', waitHours: SHORT, until: 'read' },
  { step: 2, channel: 'email', template: 'initial_outreach_v1' },
];

/** What both templates ask for. */
const words = {
  ...{ business_name: 'Acme', demo_url: 'https://demo.example/1', first_name: 'Robin' },
  ...{ owner_name: 'Robin', property_address: 'Lane 1' },
};

async function send(persona: string): Promise<{ to: string; id: string; body: Record<string, unknown> }> {
  const to = someone(persona);
  const { status, body } = await stack.api.send(emailRequest(to, { content: { data: words }, steps }));
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

it('an address that bounces for good gives way to the person’s other one, with other content', async () => {
  const [bad, good] = [someone('bounces'), someone('delivers')];
  const request = emailRequest(bad, { content: { data: words }, steps });
  const recipient = { ...request.recipient, contacts: { email: [bad, good] } };
  const { status, body } = await stack.api.send({ ...request, recipient });
  expect(status).toBe(202);
  const id = String(body['outreachId']);
  await until(async () => (await told(id)).includes('settled'), 'the chain to settle');
  const seen = await stack.api.outreach(id);
  expect(seen?.deliveries.map(({ deliveryId, state }) => [deliveryId, state])).toEqual([
    [`${id}.1`, 'bounced'],
    [`${id}.2`, 'delivered'],
  ]);
  const sent = (await stack.ledger()).filter(({ deliveryId }) => deliveryId.startsWith(id));
  expect(sent.map(({ to, deliveryId }) => [to, deliveryId])).toEqual([
    [bad, `${id}.1`],
    [good, `${id}.2`],
  ]);
});
