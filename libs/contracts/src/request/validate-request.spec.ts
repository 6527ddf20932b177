import { describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { readOutreachRequest } from './validate-request.js';

const request = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  recipient: { id: 'r-1', contacts: { email: 'ada@example.test' } },
  content: { literal: { email: { subject: 'Hello', text: 'Hello there' } } },
  ...over,
});
const read = (body: unknown) => readOutreachRequest(body, { unknownFields: 'refuse' });
const faultsOf = (body: unknown): string[] => {
  const reading = read(body);
  return reading.kind === 'invalid' ? reading.faults.map((fault) => fault.field) : [];
};

describe('reading outreach.requested', () => {
  it('takes one address or a list of them', () => {
    const one = read(request());
    expect(one.kind === 'valid' && one.request.recipient.contacts.email).toEqual(['ada@example.test']);
    const two = read(request({ recipient: { id: 'r', contacts: { email: ['a@x.test', 'b@x.test'] } } }));
    expect(two.kind === 'valid' && two.request.recipient.contacts.email).toEqual(['a@x.test', 'b@x.test']);
  });

  it.each([
    ['no recipient', { recipient: undefined }, 'recipient'],
    [
      'an address that is none',
      { recipient: { id: 'r', contacts: { email: 'not-an-address' } } },
      'recipient.contacts.email',
    ],
    ['a wrong type', { urgency: 7 }, 'urgency'],
    ['a number that is not E.164', { recipient: { id: 'r', contacts: { sms: '0151 123' } } }, 'recipient.contacts.sms'],
    ['an unknown zone', { recipient: { id: 'r', contacts: {}, timeZone: 'Mars/Olympus' } }, 'recipient.timeZone'],
    ['an instant that is none', { sendAt: 'tomorrow' }, 'sendAt'],
    ['an instant of a week', { expiresAt: '2026-W05-1' }, 'expiresAt'],
    ['an instant without its offset', { expiresAt: '2026-05-01T10:00:00' }, 'expiresAt'],
    ['30 February', { sendAt: '2026-02-30T10:00:00Z' }, 'sendAt'],
    ['an instant beyond the calendar', { expiresAt: '9999-12-31T23:59:59-00:01' }, 'expiresAt'],
    ['metadata that is no object', { metadata: 'text' }, 'metadata'],
    ['a day that does not exist', { sendAt: '2026-13-45T10:00:00Z' }, 'sendAt'],
    [
      'a locale with more to tell',
      { recipient: { id: 'r', contacts: {}, locale: 'de-jane-doe-1985' } },
      'recipient.locale',
    ],
    ['a control character in a name', { recipient: { id: 'r', name: 'a\r\nBcc: x', contacts: {} } }, 'recipient.name'],
    ['a control character in a sender', { sender: { email: '"a\r\nBcc: x"@d.test' } }, 'sender.email'],
    ['two kinds of content', { content: { templateId: 't', literal: { email: { text: 'x' } } } }, 'content'],
    ['no content', { content: {} }, 'content'],
    ['a faulty step', { steps: [{ channel: 'email' }, { channel: 'pigeon' }] }, 'steps[1].channel'],
  ])('names the field of %s', (_what, over, field) => {
    expect(faultsOf(request(over))).toContain(field);
  });

  it('takes null for absent, except in the caller’s own JSON', () => {
    const reading = read(
      request({
        sendAt: null,
        recipient: { id: 'r', name: null, contacts: { email: 'a@x.test' } },
        metadata: { a: null },
      }),
    );
    expect(reading).toMatchObject({ kind: 'valid', request: { metadata: { a: null } } });
    expect(reading.kind === 'valid' && 'sendAt' in reading.request && reading.request.sendAt).toBeFalsy();
  });

  it('keeps the caller’s own JSON as it came, whatever its names', () => {
    const odd = JSON.parse('{"constructor":1,"toString":"x","__proto__":{"a":1},"valueOf":null}') as Record<
      string,
      unknown
    >;
    const reading = read(request({ metadata: odd, content: { templateId: 't', data: odd } }));
    expect(reading.kind === 'valid' && JSON.stringify(reading.request.metadata)).toBe(JSON.stringify(odd));
    expect(reading.kind === 'valid' && JSON.stringify(reading.request.content.data)).toBe(JSON.stringify(odd));
  });

  it('refuses text no store can keep', () => {
    expect(read(request({ requestId: 'a\ud800' }))).toMatchObject({
      kind: 'invalid',
      faults: [{ code: 'ill_formed_text' }],
    });
    expect(read(request({ metadata: { 'b\udc00': 1 } }))).toMatchObject({
      kind: 'invalid',
      faults: [{ code: 'ill_formed_text' }],
    });
  });

  it('writes a tenant one way, however it came', () => {
    const reading = read(request({ tenantId: '0A6F2C8E-6C0E-4B43-9D0C-000000000001' }));
    expect(reading.kind === 'valid' && reading.request.tenantId).toBe('0a6f2c8e-6c0e-4b43-9d0c-000000000001');
  });

  it.each([40, 10_000])('refuses nesting of %d levels without breaking', (levels) => {
    const deep = JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown;
    expect(read(request({ metadata: { deep } }))).toMatchObject({ kind: 'invalid', faults: [{ code: 'too_deep' }] });
  });

  it('refuses unknown fields by name over HTTP and reports them on the bus', () => {
    const body = request({ colour: 'red' });
    expect(faultsOf(body)).toEqual(['colour']);
    const reading = readOutreachRequest(body, { unknownFields: 'report' });
    expect(reading).toMatchObject({ kind: 'valid', unknownFields: ['colour'] });
    expect(reading.kind === 'valid' && Object.keys(reading.request)).not.toContain('colour');
  });

  it('never repeats what was sent', () => {
    const canary = 'canary-7319';
    const body = request({
      [`${canary} x`]: canary,
      urgency: canary,
      recipient: { id: 'r', contacts: { email: canary }, locale: canary },
    });
    expect(JSON.stringify(read(body))).not.toContain(canary);
  });

  it.each([null, 7, 'text', [], undefined])('refuses %p, which is no object', (body) => {
    expect(read(body)).toMatchObject({ kind: 'invalid', faults: [{ code: 'not_an_object' }] });
  });
});
