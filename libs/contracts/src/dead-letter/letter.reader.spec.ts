import { describe, expect, it } from '@jest/globals';
import { deadLetterId } from './dead-letter.js';
import { readMessage, tenantNamedBy } from './letter.reader.js';

const A = '0a6f2c8e-6c0e-4b43-9d0c-000000000001';
const B = '0a6f2c8e-6c0e-4b43-9d0c-000000000002';
const named = (body: unknown): string | undefined => {
  const message = readMessage(new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)));
  return message && tenantNamedBy(message);
};

describe('whose a broken message is', () => {
  it.each([
    ['its data', { specversion: '1.0', data: { tenantId: A, urgency: 7 } }],
    ['its envelope', { specversion: '1.0', tenantid: A }],
    ['both alike', { specversion: '1.0', tenantid: A.toUpperCase(), data: { tenantId: A } }],
    ['a bare body', { tenantId: A, recipient: null }],
  ])('is said by %s', (_where, body) => expect(named(body)).toBe(A));

  it.each([
    ['names nobody', { specversion: '1.0', data: {} }],
    ['names two', { specversion: '1.0', tenantid: A, data: { tenantId: B } }],
    ['names what is no tenant', { specversion: '1.0', data: { tenantId: 'everybody' } }],
    ['names one and something else', { specversion: '1.0', tenantid: A, data: { tenantId: 7 } }],
    ['is no JSON', '{"tenantId":'],
    ['is no object', [A]],
    ['is nested beyond measure', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
  ])('nobody knows when it %s', (_why, body) => expect(named(body)).toBeUndefined());
});

describe('a letter’s id', () => {
  it('is the same for the same message and consumer, and another for any other', () => {
    expect(deadLetterId('dlq-a-OUTREACH-1-5')).toBe(deadLetterId('dlq-a-OUTREACH-1-5'));
    expect(deadLetterId('dlq-a-OUTREACH-1-5')).not.toBe(deadLetterId('dlq-b-OUTREACH-1-5'));
  });
});
