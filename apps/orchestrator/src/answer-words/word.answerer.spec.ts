import { describe, expect, it } from '@jest/globals';
import { createIdDeriver, type InboundItem } from '@homing/contracts';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { createIntake } from '@homing/intake';
import type { AcceptItem, AcceptResult } from '@homing/vault/intake';
import type { Tenant } from '@homing/vault/registry';
import fc from 'fast-check';
import { keptContacts } from '../suppress-contact/kept-contacts.fixture.js';
import { answerWord, type AnswererParts } from './word.answerer.js';

const tenantId = '0a6f2c8e-6c0e-4b43-9d0c-000000000001';
const sender = { tenantId, fingerprint: 'f'.repeat(43) };
const at = (minute: number): string => new Date(Date.UTC(2026, 4, 1, 10, minute)).toISOString();
const tenant: Tenant = {
  ...{ id: tenantId, name: 'Sandbox', status: 'active', sender: null, settingsVersion: 0 },
  settings: { wordAnswers: { words: ['stop', 'start', 'help'], contact: 'help@bakery.test' } },
};
const item = (text: string, minute: number): InboundItem => ({
  ...{ kind: 'message', provider: 'textbee', channel: 'sms', providerEventId: `e${minute}`, occurredAt: at(minute) },
  ...{ from: '+4915112345678', to: '+4915100000000', text, payloadDigest: 'd' },
});

const RUNS = process.env['HOMING_TEST_SIZE'] === 'full' ? 300 : 25;

type Crash = 'none' | 'before' | 'sealing' | 'publishing';

/** What two orchestrators share: the addresses' streams and the vault. */
function stage({ known = true } = {}) {
  const sealed = new Map<string, AcceptItem>();
  const published: string[] = [];
  const store = new InMemoryEventStore();
  const { contacts } = keptContacts(store);
  const accept = (one: AcceptItem): AcceptResult => {
    const { outreachId, acceptedAt } = one;
    const stands = sealed.get(outreachId);
    if (stands && JSON.stringify(stands.request) !== JSON.stringify(one.request))
      return { kind: 'different_content', outreachId };
    if (!stands) sealed.set(outreachId, one);
    const of = { outreachId, personId: 'p', contacts: [], sealedRef: 'r', acceptedAt };
    return { kind: stands ? 'repeated' : 'accepted', ...of };
  };
  const parts = (crash: Crash): AnswererParts => {
    const registry = {
      findTenants: async () => [tenant],
      findTemplates: async () => [],
      findCampaigns: async () => [],
    };
    const vault = {
      acceptRequests: async (batch: readonly AcceptItem[]) => {
        if (crash === 'before') throw new Error('vault away');
        const results = batch.map(accept);
        if (crash === 'sealing') throw new Error('the answer was lost');
        return results;
      },
      loadAccepted: async () => [],
    };
    return {
      registry,
      contacts,
      book: { personsAt: async (refs) => (known ? refs.map((ref) => ({ ...ref, personId: 'p' })) : []) },
      intake: createIntake({ vault, registry, ids: createIdDeriver('5a7c1e56-3a5f-4f0e-9a44-7b1b6f1c1d10') }),
      publisher: {
        publish: async (_subject, event) => {
          if (crash === 'publishing') throw new Error('bus away');
          published.push(event.id);
          return undefined as never;
        },
      },
      now: () => at(59),
    };
  };
  /** As the hearer does it: the address first, then its answer. */
  const hear = async (
    word: 'stop' | 'start',
    minute: number,
    { crash = 'none' as Crash, text = word as string } = {},
  ) => {
    const of = { ...sender, channel: 'sms' as const, causationId: `c${minute}`, at: at(minute), now: at(59) };
    const command =
      word === 'stop'
        ? ({ ...of, kind: 'suppress', reason: 'unsubscribe' } as const)
        : ({ ...of, kind: 'resubscribe' } as const);
    await contacts.record({ command, commandId: `${word}:${minute}` });
    const kind = word === 'stop' ? 'opt_out' : 'opt_in';
    const heard = {
      item: item(text, minute),
      kind,
      receivedAt: at(minute),
      sender,
      causationId: `inbound:${minute}`,
    } as const;
    await answerWord(parts(crash), heard);
  };
  const answers = (word: string) =>
    [...sealed.values()].filter(
      ({ decisionInput }) => (decisionInput as { requested: { answers?: string } }).requested.answers === word,
    );
  return {
    hear,
    answers,
    published,
    sealed,
    answer: (of: Parameters<typeof answerWord>[1]) => answerWord(parts('none'), of),
  };
}

describe('the answer to a word', () => {
  it('is a transactional outreach of its own by the same channel, that says what it answers', async () => {
    const { hear, answers, published } = stage();
    await hear('stop', 1, { text: 'Abmelden' });
    expect(answers('stop')).toMatchObject([
      {
        ...{ tenantId, source: 'bus', contacts: [{ channel: 'sms', address: '+4915112345678' }] },
        request: { content: { literal: { sms: { text: expect.stringMatching(/^Sandbox: Sie sind abgemeldet/) } } } },
        decisionInput: {
          requested: { answers: 'stop', messageType: 'transactional', urgency: 'critical' },
          inputs: { allowed: ['sms'] },
        },
      },
    ]);
    expect(published).toHaveLength(1);
  });

  it('goes to nobody who was never written to, and a day later to nobody at all', async () => {
    const stranger = stage({ known: false });
    await stranger.hear('stop', 1);
    expect(stranger.sealed.size).toBe(0);
    const late = stage();
    const causationId = 'inbound:x';
    const heard = {
      item: item('help', 1),
      kind: 'help',
      sender,
      causationId,
      receivedAt: '2026-04-30T10:59:00.000Z',
    } as const;
    await late.answer(heard);
    expect(late.sealed.size).toBe(0);
    await late.answer({ ...heard, receivedAt: at(1) });
    await late.answer({ ...heard, item: item('help', 5), receivedAt: at(5) });
    expect(late.answers('help')).toHaveLength(1);
  });

  const crashes = fc.constantFrom<Crash>('none', 'before', 'sealing', 'publishing');
  const words = fc.array(fc.constantFrom('stop' as const, 'start' as const), { minLength: 1, maxLength: 6 });
  const hearings = fc.array(fc.tuple(crashes, fc.boolean()), { maxLength: 4 });

  it('confirms each opt-out once, whatever is said again, heard again, by two at once or crashes on the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('stop' as const, 'start' as const), hearings), {
          minLength: 1,
          maxLength: 6,
        }),
        async (said) => {
          const { hear, answers } = stage();
          let held = false;
          let optOuts = 0;
          for (const [minute, [word, tries]] of said.entries()) {
            for (const [crash, twice] of tries) {
              const both = [
                hear(word, minute, { crash }),
                ...(twice ? [hear(word, minute, { text: 'Abmelden' })] : []),
              ];
              await Promise.allSettled(both);
            }
            await hear(word, minute);
            if (word === 'stop' && !held) optOuts += 1;
            held = word === 'stop';
            expect(answers('stop')).toHaveLength(optOuts);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('is never more than one for each opt-out, in whatever order words come', async () => {
    const shuffled = words.chain((said) =>
      fc.shuffledSubarray([...said.entries(), ...said.entries()], { minLength: said.length * 2 }),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, async (said) => {
        const { hear, answers } = stage();
        for (const [minute, word] of said) await hear(word, minute);
        const stops = new Set(said.flatMap(([minute, word]) => (word === 'stop' ? [minute] : [])));
        expect(answers('stop').length).toBeLessThanOrEqual(stops.size);
      }),
      { numRuns: RUNS },
    );
  });
});
