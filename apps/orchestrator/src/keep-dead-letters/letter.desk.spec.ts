import { describe, expect, it } from '@jest/globals';
import { body, eventOf, ids, stage, stranger, tenantId } from './desk.fixture.js';

const replay = { action: 'replay' } as const;
const discard = { action: 'discard', reason: 'test' } as const;
const open = { action: 'open', answerKey: 'k' } as const;
const outreachId = ids.outreachId(tenantId, 'bus:shop', 'order-7');

describe('replaying a request', () => {
  it('as it was: taken in under its own source and id, told to the bus by reference, ended', async () => {
    const { ask, bury, published, taken } = stage();
    const id = bury(eventOf(body));
    expect(await ask(id, replay)).toMatchObject({
      kind: 'resolved',
      repeated: false,
      resolution: { state: 'replayed', resolvedBy: 'key-1', outreachId },
    });
    expect(taken).toMatchObject([{ tenantId, via: 'bus', source: 'bus:shop', requestId: 'order-7' }]);
    expect(published).toMatchObject([{ subject: 'outreach.requested', id: `replay:${id}` }]);
    expect(JSON.parse(published[0]?.body ?? '')).toMatchObject({ dataref: `vault:outreach/${outreachId}` });
    expect(published[0]?.body).not.toContain('a@x.test');
  });

  it('repaired: what was written stands in for its data, source and id stay', async () => {
    const { ask, bury, taken, repaired } = stage();
    const id = bury(eventOf({ ...body, urgency: 'yesterday' }));
    const answer = await ask(id, { ...replay, repaired: repaired({ ...body, urgency: 'high' }) });
    expect(answer).toMatchObject({ kind: 'resolved', resolution: { outreachId, reason: 'repaired' } });
    expect(taken).toMatchObject([{ requestId: 'order-7', request: { urgency: 'high' } }]);
  });

  it('is refused once it is replayed, and nothing is taken in twice', async () => {
    const { ask, bury, taken } = stage();
    const id = bury(eventOf(body));
    await ask(id, replay);
    expect(await ask(id, replay)).toMatchObject({ kind: 'already_resolved', resolution: { state: 'replayed' } });
    expect(await ask(id, discard)).toMatchObject({ kind: 'already_resolved' });
    expect(taken).toHaveLength(1);
  });

  it('answers the same wish under the same key as it did the first time, and refuses another', async () => {
    const { ask, bury, taken, repaired } = stage();
    const id = bury(eventOf(body));
    const wish = { ...replay, idempotencyKey: 'once', repaired: repaired(body) };
    const first = await ask(id, wish);
    expect(await ask(id, wish)).toEqual({ ...first, repeated: true });
    expect(await ask(id, { ...wish, repaired: repaired({ ...body, urgency: 'low' }) })).toEqual({ kind: 'key_reused' });
    expect(await ask(id, { ...wish, idempotencyKey: 'other' })).toMatchObject({ kind: 'already_resolved' });
    expect(taken).toHaveLength(1);
  });

  it('stays open when the bus is away, and is one message when it is tried again', async () => {
    const { ask, bury, breakBus, published, taken, filed } = stage();
    const id = bury(eventOf(body));
    breakBus(true);
    await expect(ask(id, replay)).rejects.toThrow('bus down');
    expect(filed.get(id)?.resolution).toBeUndefined();
    breakBus(false);
    expect(await ask(id, replay)).toMatchObject({ kind: 'resolved', resolution: { outreachId } });
    expect(published).toHaveLength(1);
    expect(new Set(taken.map((item) => ids.outreachId(item.tenantId, item.source, item.requestId))).size).toBe(1);
  });

  it.each([
    ['an envelope without source', eventOf(body, { source: undefined }), undefined, 'bus:bus', 'order-7'],
    ['an id that is none', eventOf(body, { id: 7 }), 'msg-9', 'bus:shop', 'msg-9'],
    ['no ids at all', eventOf(body, { id: '' }), undefined, 'bus:shop', 'bus:OUTREACH:17:1777626000000'],
    ['an id in its data', eventOf({ ...body, requestId: 'mine' }), 'msg-9', 'bus:shop', 'mine'],
    ['a bare body', body, 'msg-9', 'bus:bus', 'msg-9'],
    ['a half-broken id', eventOf(body, { id: 'a\ud800' }), 'msg-9', 'bus:shop', 'msg-9'],
  ])('keeps the identity that %s has', async (_what, content, messageId, source, requestId) => {
    const { ask, bury, taken, repaired } = stage();
    const id = bury(content, {}, messageId);
    await ask(id, { ...replay, repaired: repaired(body) });
    expect(taken).toMatchObject([{ source, requestId }]);
  });

  it('can mend what was no JSON at all', async () => {
    const { ask, bury, taken, repaired } = stage();
    const id = bury(Buffer.from('{"recipient": '), { reason: 'malformed_event' }, 'msg-1');
    expect(await ask(id, replay)).toMatchObject({ kind: 'faulty', faults: [{ field: 'data', code: 'not_an_object' }] });
    expect(await ask(id, { ...replay, repaired: repaired(body) })).toMatchObject({ kind: 'resolved' });
    expect(taken).toMatchObject([{ requestId: 'msg-1', source: 'bus:bus' }]);
  });

  it.each([
    ['its form', { ...body, urgency: 'yesterday' }, 'data.urgency'],
    ['another id', { ...body, requestId: 'order-8' }, 'data.requestId'],
    ['another tenant', { ...body, tenantId: stranger }, 'data.tenantId'],
    ['no object', 'hello', 'data'],
  ])('names what is wrong with the repaired body: %s', async (_what, data, field) => {
    const { ask, bury, taken, filed, repaired } = stage();
    const id = bury(eventOf({ ...body, urgency: 7 }));
    const answer = await ask(id, { ...replay, repaired: repaired(data) });
    expect(answer).toMatchObject({ kind: 'faulty', faults: [{ field, message: expect.any(String) }] });
    expect(filed.get(id)?.resolution).toBeUndefined();
    expect(taken).toEqual([]);
  });

  it('passes on what intake finds wrong, and that another content came first', async () => {
    const { ask, bury, doubts } = stage();
    const id = bury(eventOf(body));
    const fault = { field: 'content.templateId', code: 'unknown_template', message: 'no such template' };
    doubts.check = () => ({ kind: 'invalid', faults: [fault] });
    expect(await ask(id, replay)).toEqual({ kind: 'faulty', faults: [{ ...fault, field: 'data.content.templateId' }] });
    doubts.check = () => ({ kind: 'different_content', outreachId });
    expect(await ask(id, replay)).toEqual({ kind: 'different_content' });
  });

  it('leaves the tenant to an operator where none is known, and demands one', async () => {
    const { ask, bury, repaired, taken } = stage();
    const id = bury(eventOf({ ...body, tenantId: undefined }), { tenantId: null, sealedTenant: null });
    const operator = { operator: true };
    expect(await ask(id, replay, operator)).toMatchObject({ faults: [{ field: 'data.tenantId', code: 'required' }] });
    expect(await ask(id, { ...replay, repaired: repaired(body) }, operator)).toMatchObject({ kind: 'resolved' });
    expect(taken).toMatchObject([{ tenantId }]);
  });

  it('gives back a reference as it was', async () => {
    const { ask, bury, published, taken } = stage();
    const id = bury(eventOf(undefined, { dataref: `vault:outreach/${outreachId}` }), { reason: 'unknown_reference' });
    expect(await ask(id, replay)).toMatchObject({ kind: 'resolved', resolution: { outreachId } });
    expect(taken).toEqual([]);
    expect(JSON.parse(published[0]?.body ?? '')).toMatchObject({ dataref: `vault:outreach/${outreachId}` });
  });
});

describe('replaying what our own services wrote', () => {
  const signal = { specversion: '1.0', id: 's', source: 'homing', type: 't', data: { fact: '?' } };
  it.each(['provider.signal.sendgrid', 'delivery.dispatch.email', 'event.outreach.rejected', 'outreach.command'])(
    '%s goes back as it was, once',
    async (subject) => {
      const { ask, bury, published } = stage();
      const id = bury(signal, { subject, consumer: 'x' });
      expect(await ask(id, replay)).toMatchObject({ kind: 'resolved', resolution: { state: 'replayed' } });
      expect(published).toEqual([{ subject, id: `replay-${id}`, body: JSON.stringify(signal) }]);
    },
  );

  it('is never rewritten by hand, and goes nowhere else', async () => {
    const { ask, bury, published, repaired } = stage();
    const dispatch = bury(signal, { subject: 'delivery.dispatch.email' });
    expect(await ask(dispatch, { ...replay, repaired: repaired({}) })).toEqual({ kind: 'not_repairable' });
    const elsewhere = bury(signal, { subject: '$JS.API.STREAM.PURGE.OUTREACH' });
    expect(await ask(elsewhere, replay)).toEqual({ kind: 'not_repairable' });
    expect(published).toEqual([]);
  });
});

describe('replaying parts of a webhook', () => {
  const readable = { event: 'open', timestamp: 1_777_626_000, sg_event_id: 'e-1', email: 'ada@example.test' };
  const webhook = { subject: 'webhook.sendgrid', reason: 'unreadable_webhook', tenantId: null, source: null } as const;
  const operator = { operator: true };

  it('reads them anew, and publishes what they say as signals, without what is personal', async () => {
    const { ask, bury, published } = stage();
    const id = bury([readable, { ...readable, sg_event_id: 'e-2' }], webhook);
    expect(await ask(id, replay, operator)).toMatchObject({ kind: 'resolved' });
    expect(published.map(({ subject, id: key }) => [subject, key])).toEqual([
      ['provider.signal.sendgrid', 'sendgrid:e-1'],
      ['provider.signal.sendgrid', 'sendgrid:e-2'],
    ]);
    expect(JSON.parse(published[0]?.body ?? '')).toMatchObject({
      data: { fact: 'opened', provider: 'sendgrid', receivedAt: '2026-05-01T09:00:00.000Z' },
    });
    expect(JSON.stringify(published)).not.toContain('ada@');
  });

  it('names what still cannot be read, and publishes nothing', async () => {
    const { ask, bury, published, repaired } = stage();
    const id = bury([readable, { event: 'open' }], webhook);
    expect(await ask(id, replay, operator)).toMatchObject({
      kind: 'faulty',
      faults: [{ field: '[1]', code: 'timestamp_unreadable' }],
    });
    expect(await ask(id, { ...replay, repaired: repaired([readable]) }, operator)).toEqual({ kind: 'not_repairable' });
    expect(published).toEqual([]);
  });
});

describe('opening and discarding', () => {
  it('opens what was said to whoever may, and puts that on record first', async () => {
    const { ask, bury, read } = stage();
    const id = bury(eventOf(body));
    const answer = await ask(id, open);
    expect(answer.kind === 'opened' && JSON.parse(Buffer.from(answer.sealed, 'base64').toString())).toEqual(
      eventOf(body),
    );
    expect(read).toEqual([`key-1 ${id}`]);
  });

  it('opens nothing when that cannot be put on record', async () => {
    const { ask, bury, forgetful } = stage();
    const id = bury(eventOf(body));
    forgetful(true);
    await expect(ask(id, open)).rejects.toThrow('db down');
  });

  it('discards with a reason, once; the same again is the same', async () => {
    const { ask, bury } = stage();
    const id = bury(eventOf(body));
    const first = await ask(id, discard);
    expect(first).toMatchObject({ kind: 'resolved', resolution: { state: 'discarded', reason: 'test' } });
    expect(await ask(id, discard)).toMatchObject({ kind: 'resolved', repeated: true });
    expect(await ask(id, { ...discard, reason: 'duplicate' })).toMatchObject({ kind: 'already_resolved' });
    expect(await ask(id, replay)).toMatchObject({ kind: 'already_resolved', resolution: { state: 'discarded' } });
    expect(await ask(id, open)).toMatchObject({ kind: 'already_resolved' });
  });

  it.each([
    ['another tenant', { tenantId: stranger }, tenantId],
    ['another tenant’s operator', { tenantId: stranger, operator: true }, tenantId],
    ['nobody’s, to who is no operator', {}, null],
  ])('is not there for %s', async (_who, who, owner) => {
    const { ask, bury, filed } = stage();
    const id = bury(eventOf(body), { tenantId: owner });
    for (const wish of [open, replay, discard]) expect(await ask(id, wish, who)).toEqual({ kind: 'not_found' });
    expect(filed.get(id)?.resolution).toBeUndefined();
  });

  it('says so when there never was content, or it does not open; such a letter can still be discarded', async () => {
    const { ask, bury, onBus } = stage();
    const large = bury('', { digest: 'abc' });
    const foreign = bury('', { sequence: 99 });
    onBus.set(99, Buffer.from('sealed by somebody else'));
    for (const id of [large, foreign]) {
      for (const wish of [open, replay]) expect(await ask(id, wish)).toEqual({ kind: 'no_content' });
      expect(await ask(id, discard)).toMatchObject({ kind: 'resolved' });
    }
  });

  it('expires when the bus no longer has its content', async () => {
    const { ask, bury, onBus } = stage();
    const id = bury(eventOf(body));
    onBus.clear();
    const lost = { state: 'expired', reason: 'content_lost' };
    expect(await ask(id, replay)).toMatchObject({ kind: 'already_resolved', resolution: lost });
    expect(await ask(id, open)).toMatchObject({ kind: 'already_resolved', resolution: lost });
  });
});
