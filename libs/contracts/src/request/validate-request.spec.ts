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
    ['an instant without a zone that is no instant', { sendAt: 'tomorrow' }, 'sendAt'],
    ['two kinds of content', { content: { templateId: 't', literal: { email: { text: 'x' } } } }, 'content'],
    ['no content', { content: {} }, 'content'],
    ['a faulty step', { steps: [{ channel: 'email' }, { channel: 'pigeon' }] }, 'steps[1].channel'],
  ])('names the field of %s', (_what, over, field) => {
    expect(faultsOf(request(over))).toContain(field);
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
