import { describe, expect, it } from '@jest/globals';
import {
  isSequenceName,
  PRODUCT_SEQUENCES,
  readOutreachRequest,
  readTenantSettings,
  sequenceFaults,
} from '../index.js';

const email = { channel: 'email', template: 'a' };
const body = (over: object) => ({
  recipient: { id: 'r', contacts: { email: 'ada@example.test' } },
  content: { literal: { email: { text: 'Hi' } } },
  ...over,
});
const faultsOf = (over: object) => {
  const reading = readOutreachRequest(body(over), { unknownFields: 'refuse' });
  return reading.kind === 'valid' ? [] : reading.faults.map(({ field, code }) => [field, code]);
};

describe('the steps of a request', () => {
  it.each([
    ['a list in the place of a step', { steps: [[email]] }, 'steps', 'isObject'],
    ['a fallback of one step', { strategy: 'fallback', steps: [email] }, 'steps', 'too_few_steps'],
    ['channels at once that are one', { strategy: 'parallel', steps: [email] }, 'steps', 'too_few_steps'],
    ['one channel of several steps', { strategy: 'single', steps: [email, email] }, 'steps', 'too_many_steps'],
    ['a list that does not begin at 1', { steps: [{ ...email, step: 2 }, email] }, 'steps[0].step', 'not_in_order'],
    [
      'a gap in the numbers',
      {
        steps: [
          { ...email, step: 1 },
          { ...email, step: 3 },
        ],
      },
      'steps[1].step',
      'not_in_order',
    ],
    [
      'a number twice',
      {
        steps: [
          { ...email, step: 1 },
          { ...email, step: 1 },
        ],
      },
      'steps[1].step',
      'not_in_order',
    ],
    ['a call', { steps: [email, { channel: 'phone' }] }, 'steps[1].channel', 'not_available_yet'],
    ['one channel twice at once', { strategy: 'parallel', steps: [email, email] }, 'steps[1].channel', 'channel_twice'],
    ['no time to answer', { steps: [{ ...email, waitHours: 0 }, email] }, 'steps[0].waitHours', 'min'],
    ['a wish nobody can grant', { steps: [{ ...email, until: 'signed' }, email] }, 'steps[0].until', 'isIn'],
    ['a sequence beside them', { sequence: 'x', steps: [email, email] }, 'steps', 'exactly_one'],
    ['a strategy beside a sequence', { sequence: 'x', strategy: 'single' }, 'strategy', 'set_by_sequence'],
  ])('are refused where they hold %s', (_what, over, field, code) => {
    expect(faultsOf(over)).toEqual([[field, code]]);
  });

  it('are taken numbered or not, by name, by the best channel, and may bring all there is to say', () => {
    expect(
      faultsOf({
        steps: [
          { ...email, step: 1 },
          { channel: 'auto', step: 2 },
        ],
      }),
    ).toEqual([]);
    expect(faultsOf({ sequence: 'default_sequence', content: { data: { x: 1 } } })).toEqual([]);
    expect(faultsOf({ steps: [email, email], content: {} })).toEqual([]);
    expect(faultsOf({ steps: [email, { channel: 'sms' }], content: {} })).toEqual([['content', 'exactly_one']]);
  });
});

describe('named sequences', () => {
  it('are refused with the path of what is wrong', () => {
    const sequences = { first: { steps: [email, { channel: 'pigeon' }] }, 'Über uns': { steps: [email] }, last: [] };
    const reading = readTenantSettings({ sequences });
    expect(reading.kind === 'invalid' && reading.faults.map(({ field, code }) => [field, code])).toEqual([
      ['sequences.first.steps[1].channel', 'isIn'],
      ['(unprintable name)', 'unknown_name'],
      ['sequences.last', 'not_an_object'],
    ]);
  });

  it('of the product are sound, and say what they are known for', () => {
    expect(sequenceFaults(PRODUCT_SEQUENCES)).toEqual([]);
    expect(sequenceFaults(undefined)).toEqual([]);
    expect(PRODUCT_SEQUENCES['default_sequence']?.steps.map((s) => [s.channel, s.template, s.maxRetries])).toEqual([
      ['email', 'email_intro', 2],
      ['linkedin', 'linkedin_dm', 1],
      ['contact_form', 'contact_form_submit', 0],
    ]);
  });
});

it('a sequence is named by a short word that no object has from the language', () => {
  expect(['first_contact', 'constructor', 'First', ''].map(isSequenceName)).toEqual([true, false, false, false]);
});
