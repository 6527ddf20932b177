import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cloudEvent, encodeCloudEvent, parseCloudEvent } from './cloud-event.format.js';
import { PoisonError } from './poison.error.js';

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const whole = { specversion: '1.0', id: 'r1', source: '/crm', type: 'outreach.requested' };

describe('parseCloudEvent', () => {
  it('reads back what cloudEvent wrote', () => {
    const text = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(text, text, text, fc.jsonValue(), (id, source, type, data) => {
        const event = cloudEvent({ id, source, type, data: { data }, time: '2026-11-20T10:00:00Z', tenantid: 't' });
        const parsed = parseCloudEvent(encodeCloudEvent(event));
        expect(parsed).toEqual({
          kind: 'event',
          form: 'structured',
          event: JSON.parse(JSON.stringify(event)) as unknown,
          ignored: [],
        });
      }),
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(bytes)), (any) => {
        expect(['event', 'faulty']).toContain(
          parseCloudEvent(any, { allowBareBody: { type: 't', source: 's', id: 'i' } }).kind,
        );
      }),
    );
  });

  it('names every faulty field and no value', () => {
    const wrong = {
      specversion: '0.3',
      id: 7,
      source: '',
      time: 'yesterday',
      datacontenttype: 'text/xml',
      subject: {},
      data_base64: 'AA==',
    };
    expect(parseCloudEvent(bytes(wrong))).toEqual({
      kind: 'faulty',
      faults: [
        { path: 'specversion', code: 'unsupported' },
        { path: 'id', code: 'not_a_string' },
        { path: 'source', code: 'required' },
        { path: 'type', code: 'required' },
        { path: 'subject', code: 'not_a_string' },
        { path: 'time', code: 'not_an_instant' },
        { path: 'datacontenttype', code: 'not_json' },
        { path: 'data_base64', code: 'unsupported' },
      ],
    });
  });

  it.each([
    [new Uint8Array([0xff, 0xfe]), 'not_utf8'],
    [bytes('{"a":'), 'not_json'],
    [bytes([whole]), 'not_an_object'],
    [bytes('null'), 'not_an_object'],
  ])('refuses what is no JSON object', (any, code) => {
    expect(parseCloudEvent(any)).toEqual({ kind: 'faulty', faults: [{ path: '', code }] });
  });

  it('leaves out unknown attributes and a broken traceparent, and says so', () => {
    const parsed = parseCloudEvent(bytes({ ...whole, partitionkey: 'p', traceparent: 'x', subject: null }));
    expect(parsed).toEqual({
      kind: 'event',
      form: 'structured',
      event: whole,
      ignored: ['partitionkey', 'traceparent'],
    });
  });

  it('accepts a bare body only where told to', () => {
    const body = { requestId: 'r9', tenantId: 't' };
    expect(parseCloudEvent(bytes(body)).kind).toBe('faulty');
    const allowBareBody = { type: 'outreach.requested', source: 'bus', id: 'bus:1' };
    expect(parseCloudEvent(bytes(body), { allowBareBody })).toMatchObject({
      form: 'bare',
      event: { id: 'r9', data: body },
    });
    expect(parseCloudEvent(bytes({ tenantId: 't' }), { allowBareBody })).toMatchObject({
      form: 'bare',
      event: { id: 'bus:1' },
    });
    expect(parseCloudEvent(bytes({ specversion: '1.0' }), { allowBareBody }).kind).toBe('faulty');
  });
});

describe('PoisonError', () => {
  it('keeps paths and codes that are plain words and nothing else', () => {
    const error = new PoisonError('invalid_request', [
      { path: 'data.contacts.email[0]', code: 'not_an_address' },
      { path: 'data.ada@example.test', code: 'x'.repeat(65) },
    ]);
    expect(error).toMatchObject({ class: 'poison', reason: 'invalid_request', message: 'poison: invalid_request' });
    expect(error.faults).toEqual([
      { path: 'data.contacts.email[0]', code: 'not_an_address' },
      { path: '?', code: '?' },
    ]);
  });
});
