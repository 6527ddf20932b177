import { describe, expect, it } from '@jest/globals';
import { outreachStream, type OutreachEvent, type OutreachTransition, type RejectionClass } from '@homing/contracts';
import { handleCommand } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { outreachFold } from '@homing/event-store/outreach';
import { at, committed, outreachId, rejected, request, started } from '@homing/testing/outreach-story';
import { plainBooks } from '../keep-books/books.fixture.js';
import { keptContacts } from '../suppress-contact/kept-contacts.fixture.js';
import { reactTo } from './reaction.handler.js';

const { tenantId } = request;
const fingerprint = request.contacts[0]?.fingerprint ?? '';

/** A call that its provider refused. */
async function stage(rejection: RejectionClass, code: string) {
  const store = new InMemoryEventStore();
  const metadata = {
    ...{ tenantId, correlationId: outreachId, causationId: 'c', recordedAt: at(0), recordedBy: 's', schemaVersion: 1 },
  };
  const events: OutreachEvent[] = [...committed, started(), rejected(rejection, { code })];
  const stream = outreachStream(outreachId);
  await handleCommand(store, outreachFold, { stream, decide: () => events, commandId: 'put', metadata });
  const { rulesOfBatch: _batch, ...books } = plainBooks(store, () => at(70));
  const { contacts, reasons, events: said } = keptContacts(store);
  const parts = { ...books, contacts, store, foldedStates: async () => new Map(), instance: 'spec', now: () => at(70) };
  const transition = { outreachId, tenantId, position: '9', revision: '4' } as Partial<OutreachTransition>;
  const react = () => reactTo(parts, transition as OutreachTransition);
  return { react, reasons: () => reasons(fingerprint), said: () => said(fingerprint) };
}

describe('an address that a provider refuses', () => {
  it.each([
    ['bounced_address', 'hard_bounce'],
    ['spam_reporting_address', 'complaint'],
    ['unsubscribed_address', 'unsubscribe'],
    ['opted_out', 'unsubscribe'],
    ['rejection_list', 'manual'],
  ])('because it stands on its own list (%s) is held back with its reason, once', async (code, reason) => {
    const { react, reasons, said } = await stage('suppressed', code);
    await Promise.all([react(), react()]);
    await react();
    expect(reasons()).toEqual([reason]);
    expect(await said()).toMatchObject([{ type: 'ContactSuppressed', data: { reason, at: at(1) } }]);
  });

  it('for anything else is not', async () => {
    const { react, said } = await stage('permanent', 'invalid_content');
    await react();
    expect(await said()).toEqual([]);
  });
});
