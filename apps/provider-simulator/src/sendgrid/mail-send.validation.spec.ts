import { expect, it } from '@jest/globals';
import { readMailSend } from './mail-send.validation.js';

const mail = {
  personalizations: [{ to: [{ email: 'p1@x.test', name: 'P' }], custom_args: { op_delivery_id: 'd.1' } }],
  from: { email: 'a@x.test' },
  subject: 's',
  content: [{ type: 'text/plain', value: 't' }],
};
const one = (over: object) => ({ ...mail, personalizations: [{ ...mail.personalizations[0], ...over }] });
const to = (email: string) => one({ to: [{ email }] });
const fields = (body: unknown) => {
  const reading = readMailSend(body);
  return reading.kind === 'valid' ? 'valid' : reading.errors.map(({ field }) => field);
};

it('reads each recipient with the custom args of the message and its own', () => {
  const personalizations = [...mail.personalizations, { to: [{ email: 'p2@x.test' }] }];
  expect(readMailSend({ ...mail, personalizations, custom_args: { tenant: 't1' } })).toEqual({
    kind: 'valid',
    sandbox: false,
    recipients: [
      { to: 'p1@x.test', args: { tenant: 't1', op_delivery_id: 'd.1' } },
      { to: 'p2@x.test', args: { tenant: 't1' } },
    ],
  });
  expect(readMailSend({ ...mail, mail_settings: { sandbox_mode: { enable: true } } })).toMatchObject({ sandbox: true });
});

it.each([
  ['nothing', undefined, [null]],
  ['a list', [], [null]],
  ['no from', { ...mail, from: undefined }, ['from.email']],
  ['a bad reply-to', { ...mail, reply_to: { email: 'nobody' } }, ['reply_to.email']],
  ['no personalizations', { ...mail, personalizations: [] }, ['personalizations']],
  ['too many personalizations', { ...mail, personalizations: Array(1001).fill({}) }, 'personalizations'],
  ['nobody to send to', { ...mail, personalizations: [{}] }, ['personalizations.0.to']],
  ['a bad address', { ...mail, personalizations: [{ to: [{ email: 'p1' }] }] }, ['personalizations.0.to.0.email']],
  ['an address it takes for none', to('r17+refused@x.test'), ['personalizations.0.to.0.email']],
  [
    'one address twice',
    { ...mail, personalizations: [...mail.personalizations, { to: [{ email: 'P1@x.test' }] }] },
    ['personalizations'],
  ],
  ['a number as substitution', one({ substitutions: { '-n-': 5 } }), ['personalizations.0.substitutions']],
  ['large substitutions', one({ substitutions: { '-n-': 'x'.repeat(9_998) } }), ['personalizations.0.substitutions']],
  ['a reserved header of one', one({ headers: { Subject: 's' } }), ['personalizations.0.headers']],
  ['substitutions that just fit', one({ substitutions: { '-n-': 'x'.repeat(9_997) } }), 'valid'],
  ['no subject', { ...mail, subject: '' }, ['subject']],
  ['no content', { ...mail, content: [] }, ['content']],
  ['empty content', { ...mail, content: [{ type: 'text/plain', value: '' }] }, ['content.0.value']],
  ['html first', { ...mail, content: [{ type: 'text/html', value: 'h' }, ...mail.content] }, ['content']],
  ['a number as custom arg', { ...mail, custom_args: { n: 5 } }, ['personalizations.0.custom_args']],
  ['large custom args', { ...mail, custom_args: { n: 'x'.repeat(10_000) } }, ['personalizations.0.custom_args']],
  ['a reserved header', { ...mail, headers: { 'Reply-To': 'x@y.test' } }, ['headers']],
])('judges %s', (_name, body, expected) => {
  if (expected === 'valid') expect(fields(body)).toBe('valid');
  else if (typeof expected === 'string') expect(fields(body)).toContain(expected);
  else expect(fields(body)).toEqual(expected);
});
