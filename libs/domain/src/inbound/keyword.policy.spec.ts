import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keywordOf } from './keyword.policy.js';

const anybody = { unsubscribed: false };
const said = (text: string, sender = anybody) => keywordOf(text, sender);

const STOPS = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT', 'OPT OUT', 'REMOVE'];
const ABROAD = ['ARRÊT', 'Désabonner', 'abmelden', 'Stopp', 'baja', 'cancelar', 'cancellami', 'sair', 'afmelden'];

describe('a message of one word', () => {
  it.each([...STOPS, 'ARRET', ...ABROAD])('%s is a wish to hear no more', (word) => expect(said(word)).toBe('stop'));
  it.each(['START', 'UNSTOP', 'opt-in'])('%s is a wish to hear again', (word) => expect(said(word)).toBe('start'));
  it.each(['HELP', 'Info?', 'Hilfe'])('%s asks for help', (word) => expect(said(word)).toBe('help'));

  it('that says yes wants to hear again only from who had said stop', () => {
    expect(said('Yes!', { unsubscribed: true })).toBe('start');
    expect(said('Yes!')).toBeUndefined();
  });

  it.each([
    'stop by tomorrow',
    'do not stop',
    'unstoppable',
    'the end',
    'Please cancel my order 4711',
    '',
    '   ',
    '🙂',
  ])('is none of these: %j', (text) => expect(said(text)).toBeUndefined());

  it('is recognised in any case, between any blanks and punctuation', () => {
    const padding = fc.string({
      unit: fc.constantFrom(' ', '\n', '\t', '.', '!', '"', '…', '*', '(', ')'),
      maxLength: 8,
    });
    const cased = fc
      .constantFrom(...STOPS, ...ABROAD)
      .chain((word) =>
        fc
          .array(fc.boolean(), { minLength: word.length, maxLength: word.length })
          .map((upper) =>
            [...word].map((letter, i) => (upper[i] ? letter.toUpperCase() : letter.toLowerCase())).join(''),
          ),
      );
    fc.assert(
      fc.property(padding, cased, padding, (before, word, after) => {
        expect(said(`${before}${word}${after}`)).toBe('stop');
      }),
      { numRuns: 300 },
    );
  });

  it('is none of these with any further word that belongs to none', () => {
    const further = fc.stringMatching(/^[b-df-hj-np-tv-z]{4,9}$/);
    fc.assert(
      fc.property(fc.constantFrom(...STOPS), further, fc.boolean(), (word, more, first) => {
        expect(said(first ? `${more} ${word}` : `${word} ${more}`)).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });
});
