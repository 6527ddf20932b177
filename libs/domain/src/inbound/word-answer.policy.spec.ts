import { describe, expect, it } from '@jest/globals';
import { ANSWER_LANGUAGES, ANSWERED_WORDS, smsSegments, type InboundClass } from '@homing/contracts';
import { answerToWord, despiteOf, type WrittenWord } from './word-answer.policy.js';

const settings = { words: ANSWERED_WORDS, contact: 'help@bakery.test' };
const answer = (text: string, kind: InboundClass, over: Partial<WrittenWord> = {}) =>
  answerToWord({
    item: { channel: 'sms', provider: 'textbee', text },
    ...{ kind, settings, sender: 'Test Bakery' },
    ...over,
  });

describe('one word', () => {
  it.each([
    ['Abmelden', 'opt_out', 'Test Bakery: Sie sind abgemeldet'],
    ['STOP', 'opt_out', 'Test Bakery: You are unsubscribed'],
    ['arrêt', 'opt_out', "Test Bakery: C'est noté"],
    ['START', 'opt_in', 'Test Bakery: You are subscribed again'],
    ['Ayuda', 'help', 'Test Bakery: Ayuda: help@bakery.test.'],
  ] as const)('%s is answered in its language, with who answers', (word, kind, said) =>
    expect(answer(word, kind)?.text).toContain(said),
  );

  it('of no language is answered in the tenant’s', () =>
    expect(answer('stop', 'opt_out', { settings: { ...settings, language: 'nl' } })?.text).toContain('afgemeld'));

  it('is not answered where nobody wants that, nor where the provider does, nor by mail', () => {
    const item = { channel: 'sms', provider: 'textbee', text: 'stop' } as const;
    const none = [
      answer('stop', 'opt_out', { settings: {} }),
      answer('stop', 'opt_out', { settings: { words: ['help'] } }),
      answer('stop', 'opt_out', { item: { ...item, provider: 'twilio' } }),
      answer('stop', 'opt_out', { item: { ...item, keyword: 'stop' } }),
      answer('stop', 'opt_out', { item: { ...item, channel: 'email' } }),
      answer('help', 'help', { settings: { words: ['help'] } }),
      answer('Sounds good', 'reply'),
    ];
    expect(none).toEqual(none.map(() => undefined));
    const own = { settings: { ...settings, answeredBy: [] }, item: { ...item, provider: 'twilio' } };
    expect(answer('stop', 'opt_out', own)).toBeDefined();
  });

  it('is answered within one short message of its kind, unless its sender’s name and address need more', () => {
    for (const language of ANSWER_LANGUAGES)
      for (const kind of ['opt_out', 'opt_in', 'help'] as const) {
        const said = answer('stop', kind, { settings: { ...settings, language } });
        expect({ language, kind, ...smsSegments(said?.text ?? '') }).toMatchObject({ encoding: 'gsm7', segments: 1 });
      }
  });
});

describe('what goes to an address in spite of an unsubscription', () => {
  it('is the confirmation of an opt-out, and nothing else', () => {
    expect(despiteOf({ answers: 'stop' })).toEqual({ despite: 'unsubscribe' });
    expect([despiteOf({}), despiteOf({ answers: 'help' }), despiteOf({ answers: 'start' })]).toEqual([{}, {}, {}]);
  });
});
