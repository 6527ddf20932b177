import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { OutboundMessage } from '../channel.provider.js';
import { judgeManyFailure } from './many-outcome.policy.js';
import { message } from './sendgrid.fixture.js';
import { toManyMails } from './sendgrid.many.js';
import { createSendgridProvider } from './sendgrid.provider.js';
import { shareText } from './substitution.policy.js';

const letter = (i: number, over: Partial<OutboundMessage> = {}): OutboundMessage => ({
  ...message,
  deliveryId: `d-${i}.1`,
  to: { address: `r${i}@reader.test`, name: `Reader ${i}` },
  subject: `To you, ${i}`,
  html: `<html><p>Dear ${i},</p>\n<p>the same for all</p></html>`,
  text: `Dear ${i},\nthe same for all`,
  headers: {
    'List-Unsubscribe': `<https://reach.test/u/${i}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  },
  ...over,
});

interface Sent {
  readonly personalizations: readonly {
    readonly to: readonly { readonly email: string }[];
    readonly subject: string;
    readonly headers?: Record<string, string>;
    readonly custom_args: Record<string, string>;
    readonly substitutions?: Record<string, string>;
  }[];
  readonly content: readonly { readonly type: string; readonly value: string }[];
}
const filled = (text: string, own: Record<string, string> = {}) =>
  Object.entries(own).reduce((filling, [key, value]) => filling.replaceAll(key, () => value), text);

describe('many mails in one call', () => {
  it('says to each what is meant for it: address, subject, one-click link, ids and words', () => {
    const letters = [1, 2, 3].map((i) => letter(i));
    const { body, places } = toManyMails(letters);
    const { personalizations, content, ...rest } = body as Sent & Record<string, unknown>;
    expect(places).toEqual([0, 1, 2]);
    for (const [at, { to, subject, headers, html, text, deliveryId }] of letters.entries()) {
      const own = personalizations[at]!;
      expect(own).toMatchObject({ to: [{ email: to.address, name: to.name }], subject, headers });
      expect(own.custom_args).toMatchObject({ op_delivery_id: deliveryId, op_attempt: '1', op_tenant_id: 'tenant-1' });
      const read = content.map(({ type, value }) => ({ type, value: filled(value, own.substitutions) }));
      expect(read).toEqual([
        { type: 'text/plain', value: text },
        { type: 'text/html', value: html },
      ]);
    }
    expect(rest).toEqual({
      from: { email: 'desk@sender.test', name: 'The Desk' },
      reply_to: { email: 'answers@sender.test' },
      tracking_settings: { subscription_tracking: { enable: false } },
    });
    // What is alike is sent once.
    expect(content[1]?.value).toContain('<p>the same for all</p></html>');
  });

  it('lets each answer go to a mailbox of its own, and to one domain', () => {
    const letters = ['r+a1', 'r+b2'].map((box, i) =>
      letter(i, { replyTo: { address: `${box}@in.test`, name: 'Desk' } }),
    );
    const stranger = letter(3, { replyTo: { address: 'r+a1@other.test', name: 'Desk' } });
    const { body, places } = toManyMails([...letters, stranger]);
    const { personalizations, reply_to: shared } = body as Sent & {
      readonly reply_to: { email: string; name: string };
    };
    expect(places).toEqual([0, 1]);
    expect(shared.email).toMatch(/^-hm[0-9a-f]{16}r\.0-@in\.test$/);
    expect(personalizations.map(({ substitutions }) => filled(shared.email, substitutions))).toEqual([
      'r+a1@in.test',
      'r+b2@in.test',
    ]);
  });

  it('needs no substitution where all are told the same', () => {
    const same = { html: '<p>All</p>', text: 'All' };
    const { personalizations, content } = toManyMails([letter(1, same), letter(2, same)]).body as Sent;
    expect(content.map(({ value }) => value)).toEqual(['All', '<p>All</p>']);
    expect(personalizations.every(({ substitutions }) => substitutions === undefined)).toBe(true);
  });

  it('leaves alone what is more than a personalization may hold, and what has somebody else’s address', () => {
    const large = letter(2, { html: `<p>${'ü'.repeat(5_000)}</p>` });
    const { places, results } = toManyMails([
      letter(1),
      large,
      letter(3),
      letter(4, { to: { address: 'R1@reader.test' } }),
    ]);
    expect(places).toEqual([0, 2]);
    expect([...results.keys()].sort()).toEqual([1, 3]);
  });

  const word = fc.constantFrom(
    'a',
    'b',
    '<p>',
    '</p>',
    '\n',
    '\r\n',
    '-',
    '$&',
    '$1',
    '%name%',
    '-hm',
    '{{x}}',
    'ü',
    '.1-',
    '',
  );
  it('gives each of any texts again, whatever stands in them, and holds no key twice', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.array(word).map((words) => words.join('')),
          { minLength: 1, maxLength: 5 },
        ),
        (texts) => {
          const { shared, substitutions } = shareText(texts, 'hm0123456789abcdef');
          expect(substitutions.map((own) => filled(shared, own))).toEqual(texts);
          const keys = Object.keys(substitutions[0] ?? {});
          for (const key of keys) expect(keys.filter((other) => other.includes(key))).toEqual([key]);
        },
      ),
    );
  });

  it.each([
    ['one address', ['personalizations.1.to.0.email'], ['permanent', 'not_taken_in_company']],
    ['what the company made of it', ['personalizations.1.substitutions'], ['send_alone', 'send_alone']],
    ['a place that was not in the call', ['personalizations.7.to.0.email'], ['send_alone', 'send_alone']],
    ['an address and something of all', ['personalizations.1.to', 'from.email'], ['send_alone', 'send_alone']],
    ['nothing', [], ['send_alone', 'send_alone']],
  ])('a refusal of %s is judged for each', (_what, fields, [named, others]) => {
    const body = { errors: fields.map((field) => ({ field, message: 'PROSE' })) };
    const results = judgeManyFailure({ status: 400, body, mayHaveReached: true, now: 0 }, 3);
    const said = results.map((result) =>
      result.kind === 'rejected' && result.class === 'permanent' ? 'permanent' : (result as { code: string }).code,
    );
    expect(said).toEqual([others, named, others]);
  });

  it('knows after a 413 that nobody has any, and nothing of any one', () => {
    const results = judgeManyFailure({ status: 413, body: '<html></html>', mayHaveReached: true, now: 0 }, 2);
    expect(results).toEqual([1, 2].map(() => ({ kind: 'rejected', class: 'retryable', code: 'send_alone' })));
  });

  it('takes from 1 to 1,000 for the most in a call', () => {
    const made = (maxBatch: number) => () =>
      createSendgridProvider({ apiKey: 'SG.x', baseUrl: 'http://127.0.0.1:1', maxBatch }).close();
    for (const most of [0, 1_001, 1.5]) expect(made(most)).toThrow(TypeError);
    for (const most of [1, 1_000]) expect(made(most)).not.toThrow();
  });
});
