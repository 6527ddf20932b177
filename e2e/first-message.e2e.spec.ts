// Real: the shipped launcher with all its processes, driven over TCP. Played: the provider, by the simulator.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalStack, until, type BusClient } from '@homing/testing/local-stack';
import { decodeLetter, letterContext } from '../libs/vault/src/dead-letter/letter.content.js';
import { EnvelopeOpener } from '../libs/vault/src/open/envelope.opener.js';
import { emailRequest, someone } from './requests.fixture.js';

let stack: LocalStack;
let publisher: BusClient;

beforeAll(async () => {
  stack = await LocalStack.start({ environment: { REFEED_AFTER_MS: '2000', DECISION_WAIT_MS: '30000' } });
  publisher = await stack.bus();
}, 600_000);
afterAll(() => stack.stop(), 900_000);

const inState = (id: string, ...states: string[]) =>
  until(
    async () => {
      const outreach = await stack.api.outreach(id);
      return outreach && states.includes(outreach.state) && outreach;
    },
    `${id} to be ${states.join(' or ')}`,
  );
const sentTo = async (address: string) => (await stack.ledger()).filter((line) => line.to === address);

describe('one request', () => {
  it('over HTTP is decided, sent, tracked and told', async () => {
    const to = someone('opens+clicks');
    const answer = await stack.api.send(emailRequest(to));
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ status: 'scheduled', channel: 'email', cost: { currency: 'EUR' } });
    const id = String(answer.body['outreachId']);
    expect(answer.headers.get('location')).toBe(`/api/v1/outreach/${id}`);

    await inState(id, 'clicked');
    const clicked = await until(async () => {
      const outreach = await stack.api.outreach(id);
      return outreach?.timeline.some(({ transition }) => transition === 'opened') && outreach;
    }, 'the opening, which may be told after the click');
    expect(clicked.deliveries).toMatchObject([{ state: 'clicked', attempts: [{ attempt: 1 }] }]);
    const told = clicked.timeline.map(({ transition }) => transition);
    expect(new Set(told).size).toBe(told.length);
    expect(told).toEqual(expect.arrayContaining(['requested', 'decided', 'delivered', 'opened', 'clicked']));
    expect(await sentTo(to)).toMatchObject([{ deliveryId: `${id}.1`, attempt: 1 }]);
  });

  it('over the bus, as CloudEvent or bare, is delivered likewise', async () => {
    const [structured, bare] = [someone(), someone()];
    const { tenantId } = stack;
    const [eventId, requestId] = [randomUUID(), randomUUID()];
    await publisher.request({ id: eventId, source: 'shop', data: { ...emailRequest(structured), tenantId } });
    await publisher.publish('outreach.requested', { ...emailRequest(bare), tenantId, requestId });
    for (const [id, to] of [
      [stack.outreachId('shop', eventId), structured],
      [stack.outreachId('bus', requestId), bare],
    ] as const) {
      await inState(id, 'delivered');
      expect(await sentTo(to)).toMatchObject([{ deliveryId: `${id}.1`, attempt: 1 }]);
    }
  });

  it('by template is rendered from its data', async () => {
    const to = someone();
    const data = { business_name: 'Bakery', demo_url: 'https://demo.test/1', first_name: 'Robin' };
    const { body } = await stack.api.send(emailRequest(to, { content: { templateId: 'email_intro', data } }));
    await inState(String(body['outreachId']), 'delivered');
    expect(await sentTo(to)).toHaveLength(1);
    const without = await stack.api.send(emailRequest(someone(), { content: { templateId: 'email_intro', data: {} } }));
    const skipped = await inState(String(without.body['outreachId']), 'skipped');
    expect(skipped).toMatchObject({ outcome: 'skipped', reason: expect.stringContaining('content_') });
  });

  it('repeated over its door is one message with one answer', async () => {
    const to = someone();
    const requestId = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => stack.api.send(emailRequest(to), { idempotencyKey: requestId })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const [id, ...others] = new Set(answers.map(({ body }) => String(body['outreachId'])));
    expect(others).toEqual([]);
    await inState(String(id), 'delivered');
    const late = await stack.api.send(emailRequest(to), { idempotencyKey: requestId });
    expect(late.body).toMatchObject({ outreachId: id, status: 'scheduled' });

    const other = await stack.api.send(emailRequest(someone()), { idempotencyKey: requestId });
    expect(other).toMatchObject({ status: 409, body: { type: 'urn:homing:problem:different_content' } });
    expect(await sentTo(to)).toHaveLength(1);
  });

  it('repeated on the bus, even past the memory of the bus for ids, is one message', async () => {
    const to = someone();
    const id = randomUUID();
    const event = { specversion: '1.0', type: 'outreach.requested', id, source: 'shop' };
    const message = { ...event, data: { ...emailRequest(to), tenantId: stack.tenantId } };
    for (let n = 0; n < 20; n++) await publisher.publish('outreach.requested', message, `${id}-${n}`);
    await inState(stack.outreachId('shop', id), 'delivered');
    await until(async () => (await publisher.backlog('outreach')) === 0, 'every repeat to be acknowledged');
    await until(async () => (await publisher.backlog('dispatch')) === 0, 'every dispatch to be acknowledged');
    expect(await sentTo(to)).toHaveLength(1);
  });

  it('that cannot be sent is refused with its step and reason, over both doors', async () => {
    const contacts = { linkedin: 'someone-there' };
    const request = emailRequest('x', { recipient: { id: randomUUID(), contacts } });
    const { status, body } = await stack.api.send(request);
    expect({ status, body }).toMatchObject({
      status: 202,
      body: { status: 'refused', refusal: { step: 'channel_selection', reason: expect.any(String) } },
    });
    const shown = await inState(String(body['outreachId']), 'refused');
    expect(shown['explanation']).toMatchObject({ refusal: body['refusal'], steps: expect.any(Array) });

    const eventId = randomUUID();
    await publisher.request({ id: eventId, source: 'shop', data: { ...request, tenantId: stack.tenantId } });
    const onBus = await inState(stack.outreachId('shop', eventId), 'refused');
    expect(onBus['explanation']).toMatchObject({ refusal: body['refusal'] });
  });

  it('follows the persona: bounced, dropped, complained, machine-opened', async () => {
    const ends = { bounces: 'bounced', complains: 'complained', machineopens: 'delivered', drops: 'failed' };
    for (const [persona, state] of Object.entries(ends)) {
      const { body } = await stack.api.send(emailRequest(someone(persona)));
      await inState(String(body['outreachId']), state);
    }
  });
});

const past = '2020-01-01T00:00:00Z';
const stranger = '7d444840-9dc0-41d1-b245-5ffdce74fad2';
/** What is wrong, the field that must be named, and the code; over both doors. */
const badRows: [what: string, over: Record<string, unknown>, field: string][] = [
  ['a wrong type', { urgency: 17 }, 'urgency'],
  ['a wrong type inside', { recipient: { id: 'r', contacts: { email: [{}] } } }, 'recipient.contacts.email'],
  ['a list for an object', { recipient: [] }, 'recipient'],
  [
    'an oversized field',
    { content: { literal: { email: { text: 'x'.repeat(200_001) } } } },
    'content.literal.email.text',
  ],
  ['an unknown template', { content: { templateId: 'nobody-wrote-it', data: {} } }, 'content.templateId'],
  ['an unknown campaign', { campaignId: 'nobody-made-it' }, 'campaignId'],
  ['no usable address', { recipient: { id: 'r', contacts: {} } }, 'recipient.contacts'],
  ['a malformed address', { recipient: { id: 'r', contacts: { email: 'nobody' } } }, 'recipient.contacts.email'],
  ['a deadline that has passed', { expiresAt: past }, 'expiresAt'],
  ['no content', { content: {} }, 'content'],
];

describe('the live feed', () => {
  it('goes on where a client left off, without gap or repeat', async () => {
    const started = await stack.api.send(emailRequest(someone()));
    const before = await inState(String(started.body['outreachId']), 'delivered');
    const start = before.timeline.at(-1)?.position;
    const wanted = new Set<string>();
    for (let n = 0; n < 5; n++) {
      const { body } = await stack.api.send(emailRequest(someone('opens')));
      wanted.add(String(body['outreachId']));
    }
    for (const id of wanted) await inState(id, 'opened');

    // Taken in small bites, a new connection each, always from the last id seen.
    const seen: { id: string; outreachId: string; transition: string }[] = [];
    const opened = () => seen.filter(({ outreachId, transition }) => wanted.has(outreachId) && transition === 'opened');
    while (opened().length < wanted.size) {
      let bite = 3;
      for await (const { id, data } of stack.api.events(seen.at(-1)?.id ?? start)) {
        seen.push({ id, outreachId: String(data['outreachId']), transition: String(data['transition']) });
        if (--bite === 0 || opened().length === wanted.size) break;
      }
    }
    const positions = seen.map(({ id }) => BigInt(id));
    expect(positions.every((position, i) => i === 0 || position > (positions[i - 1] ?? 0n))).toBe(true);
    for (const id of wanted) {
      const told = seen.filter(({ outreachId }) => outreachId === id).map((event) => event.id);
      const stands = (await stack.api.outreach(id))?.timeline.map(({ position }) => position);
      expect(told).toEqual(stands?.filter((position) => BigInt(position) <= (positions.at(-1) ?? 0n)));
    }
  });
});

describe('bad input over HTTP', () => {
  const refusal = async (request: unknown, raw?: string) => {
    const { status, headers, body } = await stack.api.send(request, raw === undefined ? {} : { raw });
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body['status']).toBe(status);
    return { status, code: String(body['type']).replace('urn:homing:problem:', ''), body };
  };
  const fieldsOf = (body: Record<string, unknown>) => (body['errors'] as { field: string }[]).map(({ field }) => field);

  it.each(badRows)('%s is named', async (_what, over, field) => {
    const canary = `canary-${randomUUID()}`;
    const request = { ...emailRequest(someone()), metadata: { canary }, ...over };
    const { status, body } = await refusal(request);
    expect(status).toBe(422);
    expect(fieldsOf(body).join()).toContain(field);
    expect(JSON.stringify(body)).not.toContain(canary);
  });

  it('what is no JSON, no object, too large, of a foreign tenant, or invented is refused as such', async () => {
    expect(await refusal(undefined, '{"recipient":')).toMatchObject({ status: 400, code: 'malformed_json' });
    expect(await refusal(['a list'])).toMatchObject({ status: 422, code: 'invalid_fields' });
    expect(await refusal({ metadata: 'x'.repeat(300 * 1024) })).toMatchObject({ status: 413, code: 'body_too_large' });
    const foreign = await refusal(emailRequest(someone(), { tenantId: stranger }));
    expect(foreign).toMatchObject({ status: 403, code: 'foreign_tenant' });
    expect(fieldsOf(foreign.body)).toEqual(['tenantId']);
    const invented = await refusal(emailRequest(someone(), { inventedField: 1 }));
    expect(invented.status).toBe(422);
    expect(fieldsOf(invented.body)).toEqual(['inventedField']);
    const strange = new Headers({ authorization: 'Bearer nobody' });
    const unknown = await fetch(`${stack.api.url}/api/v1/outreach`, { headers: strange });
    expect(unknown.status).toBe(401);
  });

  it('leaves the service going on', async () => {
    const { body } = await stack.api.send(emailRequest(someone()));
    await inState(String(body['outreachId']), 'delivered');
  });
});

describe('bad input on the bus', () => {
  const letters = async () => {
    const reader = await stack.bus('orchestrator');
    const found = await reader.stored('deadLetters');
    await reader.close();
    return found;
  };
  /** The dead letter whose content, opened with the key of the dead letters, holds this text. */
  const letterWith = async (text: string) => {
    const opener = new EnvelopeOpener(stack.environmentOf('orchestrator')['DEAD_LETTER_OPEN_KEY'] ?? '', 1);
    return until(async () => {
      for (const letter of await letters()) {
        const { 'Nats-Msg-Id': id = '', 'Homing-Tenant': tenantId } = letter.headers;
        const content = await opener.openForInstallation(letter.data, letterContext({ id, tenantId }));
        const opened = Buffer.from(decodeLetter(content).bytes);
        if (opened.includes(text)) return { ...letter, opened };
      }
      return undefined;
    }, `the dead letter with ${text}`);
  };
  const sealedApart = (letter: { data: Uint8Array; headers: Record<string, string> }, canary: string) => {
    expect(Buffer.from(letter.data).includes(canary)).toBe(false);
    expect(JSON.stringify(letter.headers)).not.toContain(canary);
  };

  it.each([...badRows, ['an unknown tenant', { tenantId: stranger }, 'tenantId'] as (typeof badRows)[number]])(
    '%s becomes a sealed dead letter with its faults',
    async (_what, over, field) => {
      const canary = `canary-${randomUUID()}`;
      const data = { ...emailRequest(someone()), tenantId: stack.tenantId, metadata: { canary }, ...over };
      await publisher.request({ id: randomUUID(), source: 'shop', data });
      const letter = await letterWith(canary);
      expect(letter.headers['Homing-Reason']).toBe('invalid_request');
      const faults = JSON.parse(letter.headers['Homing-Faults'] ?? '[]') as { path: string; code: string }[];
      expect(faults.map(({ path }) => path).join()).toContain(`data.${field}`);
      sealedApart(letter, canary);
    },
  );

  it('what is no JSON, or no CloudEvent, is kept as it came', async () => {
    const strange = [
      (canary: string) => `{"recipient": ${canary}`,
      (canary: string) => `["${canary}"]`,
      (canary: string) => `{"specversion":"1.0","id":7,"data":"${canary}"}`,
    ];
    for (const bytesWith of strange) {
      const canary = `canary-${randomUUID()}`;
      const whole = bytesWith(canary);
      await publisher.publish('outreach.requested', new TextEncoder().encode(whole));
      const letter = await letterWith(canary);
      expect(letter.opened.toString()).toBe(whole);
      expect(letter.headers['Homing-Reason']).toBe('malformed_event');
      sealedApart(letter, canary);
    }
  });

  it('the same id with other content is a dead letter, the first content stands', async () => {
    const [first, second] = [someone(), someone()];
    const id = randomUUID();
    const event = { specversion: '1.0', type: 'outreach.requested', id, source: 'shop' };
    for (const to of [first, second]) {
      const message = { ...event, data: { ...emailRequest(to), tenantId: stack.tenantId } };
      await publisher.publish('outreach.requested', message, `${id}-${to}`);
      await until(async () => (await publisher.backlog('outreach')) === 0, 'the message to be handled');
    }
    expect((await letterWith(second)).headers['Homing-Reason']).toBe('same_id_different_content');
    await inState(stack.outreachId('shop', id), 'delivered');
    expect([await sentTo(first), await sentTo(second)]).toMatchObject([[{ attempt: 1 }], []]);
  });

  it('leaves nothing behind and the service goes on', async () => {
    const to = someone();
    const id = randomUUID();
    await publisher.request({ id, source: 'shop', data: { ...emailRequest(to), tenantId: stack.tenantId } });
    await inState(stack.outreachId('shop', id), 'delivered');
    expect(await publisher.backlog('outreach')).toBe(0);
    expect(await stack.ready('api')).toBe(200);
  });
});
