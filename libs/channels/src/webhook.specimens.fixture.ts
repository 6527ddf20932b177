// A valid webhook of every provider that is heard, a line each: what one property forges over all of them.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createBrevoWebhook } from './brevo/brevo.webhook.js';
import { authorized, sample as brevo } from './brevo/brevo.fixture.js';
import { createGenericWebhook } from './generic/generic.webhook.js';
import { samples as generic, signed as signedGeneric } from './generic/generic.fixture.js';
import { createLinkedInWebhook, LINKEDIN_SIGNATURE } from './linkedin/linkedin.webhook.js';
import { createMailgunWebhook } from './mailgun/mailgun.webhook.js';
import { sample as mailgun, signed as signedMailgun } from './mailgun/mailgun.fixture.js';
import { createMandrillWebhook } from './mandrill/mandrill.webhook.js';
import { form, sample as mandrill, signed as signedMandrill } from './mandrill/mandrill.fixture.js';
import { createMetaWebhook, META_SIGNATURE } from './meta/meta.webhook.js';
import { escaped, sample as meta, signedBy } from './meta/meta.fixture.js';
import {
  PARSE_HEADERS,
  parseSample,
  parseWire,
  sample as sendgrid,
  signed as signedSendgrid,
  wire,
} from './sendgrid/sendgrid.fixture.js';
import { createSendgridWebhook } from './sendgrid/sendgrid.webhook.js';
import { createSmtpWebhook } from './smtp/smtp.webhook.js';
import { standardHeaders } from './standard-webhook.signature.js';
import { createTextbeeWebhook } from './textbee/textbee.webhook.js';
import { sample as textbee, signed as signedTextbee } from './textbee/textbee.fixture.js';
import { createTwilioWebhook } from './twilio/twilio.webhook.js';
import { meaningOf as formMeaning, sample as twilio, signed as signedTwilio } from './twilio/twilio.fixture.js';
import type { WebhookParser, WebhookRequest } from './webhook.parser.js';
import { createXWebhook, X_SIGNATURE } from './x-dm/x.webhook.js';

export interface Specimen {
  /** The word in the webhook's path. */
  readonly word: string;
  /** What of it, where one word says several things. */
  readonly of?: string;
  readonly parser: WebhookParser;
  readonly valid: WebhookRequest;
  /** A key of the right form that is not in force. */
  readonly otherKey: string;
  /** Seconds within which a signed timestamp is taken; absent: none is signed. */
  readonly tolerance?: number;
  /** What vouches: the bytes (default), a token beside them, or the caller alone. */
  readonly vouches?: 'token' | 'caller';
  /** Bytes that mean the same to the signature mean the same to everyone. */
  readonly meaningOf?: (rawBody: Uint8Array) => string;
}

const secret = (n: number) => `${n}`.repeat(32);
const base64Key = (n: number) => Buffer.alloc(32, n).toString('base64');
const mail = readFileSync(new URL('../samples/smtp/bounce-hard.eml', import.meta.url));

const noticed = Buffer.from('{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notificationId":17}');
const linkedin: WebhookRequest = {
  headers: {
    [LINKEDIN_SIGNATURE]: createHmac('sha256', secret(9)).update('hmacsha256=').update(noticed).digest('hex'),
  },
  rawBody: noticed,
  keys: [secret(9)],
  now: 1_790_000_000_000,
};

const withHeaders = (request: WebhookRequest, headers: WebhookRequest['headers']): WebhookRequest => ({
  ...request,
  headers: { ...headers, ...request.headers },
});

/** Signed at that instant, in seconds since the epoch, where a signature states one. */
export const specimensAt = (seconds: number): readonly Specimen[] => [
  {
    word: 'sendgrid',
    parser: createSendgridWebhook(),
    valid: signedSendgrid(wire(sendgrid('delivered').body), seconds),
    otherKey: 'bm90IGEga2V5',
    tolerance: 25 * 3600,
  },
  {
    word: 'sendgrid',
    of: 'a mail to us',
    parser: createSendgridWebhook(),
    valid: withHeaders(signedSendgrid(parseWire(parseSample('inbound-parse')), seconds), PARSE_HEADERS),
    otherKey: 'bm90IGEga2V5',
    tolerance: 73 * 3600,
  },
  {
    word: 'mailgun',
    parser: createMailgunWebhook(),
    valid: signedMailgun(mailgun('delivered').body['event-data'], seconds),
    otherKey: secret(1),
    tolerance: 9 * 3600,
    vouches: 'token',
  },
  {
    word: 'brevo',
    parser: createBrevoWebhook(),
    valid: authorized(brevo('delivered').body),
    otherKey: secret(2),
    vouches: 'caller',
  },
  {
    word: 'mailchimp',
    parser: createMandrillWebhook(),
    valid: signedMandrill(form(mandrill('click').body)),
    otherKey: secret(3),
    meaningOf: formMeaning,
  },
  {
    word: 'twilio',
    parser: createTwilioWebhook(),
    valid: signedTwilio(twilio('status-delivered').body),
    otherKey: secret(4),
    meaningOf: formMeaning,
  },
  {
    word: 'textbee',
    parser: createTextbeeWebhook(),
    valid: signedTextbee(textbee('message-delivered').body),
    otherKey: secret(5),
  },
  {
    word: 'meta',
    parser: createMetaWebhook(),
    valid: signedBy(escaped(meta('meta', 'whatsapp-status-read').body), META_SIGNATURE),
    otherKey: secret(6),
  },
  {
    word: 'x',
    parser: createXWebhook(),
    valid: signedBy(escaped(meta('x', 'x-dm-mark-read').body), X_SIGNATURE),
    otherKey: secret(7),
  },
  { word: 'linkedin', parser: createLinkedInWebhook(), valid: linkedin, otherKey: secret(8) },
  {
    word: 'smtp',
    parser: createSmtpWebhook(),
    valid: {
      headers: standardHeaders(base64Key(8), { id: 'm1', seconds, body: mail }),
      rawBody: mail,
      keys: [base64Key(8)],
      now: seconds * 1_000,
    },
    otherKey: base64Key(9),
    tolerance: 300,
  },
  ...(['email-delivery', 'sms-whatsapp-delivery', 'email-status'] as const).map((word) => ({
    word,
    parser: createGenericWebhook(word),
    valid: signedGeneric(generic.find(({ path }) => path === word)?.body ?? {}, { id: word, seconds }),
    otherKey: base64Key(1),
    tolerance: 300,
  })),
];

export const SPECIMENS = specimensAt(1_790_000_000);
