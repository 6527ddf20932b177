import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseServers } from './bus.servers.js';
import { messageId } from './message.id.js';
import { isReplySubject } from './reply.inbox.js';

describe('messageId', () => {
  it('begins with the tenant and differs whenever tenant or key differ', () => {
    const part = fc.oneof(
      fc.string({ minLength: 1, unit: fc.constantFrom('a', ':', '%', '3', 'A', ' ') }),
      fc.string({ minLength: 1, maxLength: 300 }),
    );
    fc.assert(
      fc.property(part, part, part, part, (tenantA, keyA, tenantB, keyB) => {
        const a = messageId(tenantA, keyA);
        expect(a.startsWith(`${encodeURIComponent(tenantA)}:`)).toBe(true);
        expect(a).toMatch(/^[\x21-\x7e]+$/);
        expect(a === messageId(tenantB, keyB)).toBe(tenantA === tenantB && keyA === keyB);
      }),
      { numRuns: 500 },
    );
  });

  it('does not mistake a key that looks like a digest for one', () => {
    const digest = messageId('t', 'with space').slice('t:'.length);
    expect(messageId('t', digest)).not.toBe(messageId('t', 'with space'));
  });
});

describe('parseServers', () => {
  it('takes hosts, credentials and TLS out of the URLs', () => {
    expect(parseServers('nats://10.0.0.1')).toEqual({ servers: ['10.0.0.1:4222'] });
    expect(parseServers('tls://u%40x:p%3Aw@a:1, nats://b:2')).toEqual({
      servers: ['a:1', 'b:2'],
      user: 'u@x',
      pass: 'p:w',
      tls: {},
    });
  });
});

describe('isReplySubject', () => {
  it.each(['_INBOX.abc.q-1', '_INBOX_api.abc.q-1'])('%s is an inbox', (subject) =>
    expect(isReplySubject(subject)).toBe(true),
  );
  it.each([
    '$JS.API.STREAM.DELETE.OUTREACH',
    '_INBOX.>',
    '_INBOX.a.*',
    'outreach.requested',
    '',
    '_INBOX.a.b\r\nPUB x 0',
  ])('%j is none', (subject) => expect(isReplySubject(subject)).toBe(false));
});
