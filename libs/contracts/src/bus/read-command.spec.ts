import { describe, expect, it } from '@jest/globals';
import { readContactCommand, readOutreachCommand } from './read-command.js';

const tenantId = '0a6f2c8e-6c0e-4b43-9d0c-000000000001';
const outreachId = '9f0c1d7e-4a3b-5c2d-8e1f-000000000001';
const cancel = { kind: 'cancel', tenantId, outreachId, by: 'key:k1' };
const settle = { kind: 'settle_unknown', tenantId, outreachId, leg: 1, attempt: 2, outcome: 'sent', by: 'key:k1' };
const follow = { kind: 'follow', tenantId, outreachId };
const faultsOf = (data: unknown): string[] => {
  const reading = readOutreachCommand(data);
  return reading.kind === 'invalid' ? reading.faults.map((fault) => fault.field) : [];
};

describe('readOutreachCommand', () => {
  it.each([cancel, settle, { ...settle, providerMessageId: 'LRzXl_NHStOGhQ4kofSm_A', note: 'TICKET-4711' }, follow])(
    'reads %j',
    (data) => expect(readOutreachCommand(data)).toEqual({ kind: 'valid', command: data }),
  );

  it('leaves out what it does not know', () =>
    expect(readOutreachCommand({ ...follow, fresh: 1 })).toEqual({ kind: 'valid', command: follow }));

  it.each<[string, unknown, string[]]>([
    ['a kind nobody knows', { ...cancel, kind: 'explode' }, ['kind']],
    ['a kind that every object has', { ...cancel, kind: 'constructor' }, ['kind']],
    ['nothing at all', undefined, ['kind']],
    ['a cancel of nobody', { ...cancel, by: undefined }, ['by']],
    ['an address for an actor', { ...cancel, by: 'ada@example.test' }, ['by']],
    ['an id that is none', { ...follow, outreachId: 'x' }, ['outreachId']],
    ['prose for a note', { ...settle, note: 'I called Ada' }, ['note']],
    ['an address for a message id', { ...settle, providerMessageId: 'ada@example.test' }, ['providerMessageId']],
    ['an outcome between the two', { ...settle, outcome: 'maybe' }, ['outcome']],
    ['an attempt before the first', { ...settle, attempt: 0 }, ['attempt']],
  ])('refuses %s, naming the field', (_what, data, fields) => expect(faultsOf(data)).toEqual(fields));
});

describe('readContactCommand', () => {
  const fingerprint = 'Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8';
  const of = { tenantId, fingerprint, channel: 'email', by: 'key:k1' };
  const suppress = { kind: 'suppress', ...of, mask: 'a***@e***.test', note: 'TICKET-4711' };
  const lift = { kind: 'lift', ...of, because: 'mistake' };
  it.each([suppress, lift])('reads %j', (data) =>
    expect(readContactCommand(data)).toEqual({ kind: 'valid', command: data }),
  );
  it.each<[string, unknown, string]>([
    ['what is an outreach’s', cancel, 'kind'],
    ['an address for a fingerprint', { ...suppress, fingerprint: 'ada@example.test' }, 'fingerprint'],
    ['an address for a mask', { ...suppress, mask: 'ada@example.test' }, 'mask'],
    ['a channel nobody knows', { ...lift, channel: 'pigeon' }, 'channel'],
    ['prose for a reason', { ...lift, because: 'Ada called' }, 'because'],
    ['prose for a note', { ...suppress, note: 'I called Ada' }, 'note'],
  ])('refuses %s, naming the field', (_what, data, field) =>
    expect(readContactCommand(data)).toMatchObject({ kind: 'invalid', faults: [{ field }] }),
  );
});
