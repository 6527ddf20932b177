import { sign, type KeyObject } from 'node:crypto';
import type { Post } from '../webhooks/webhook.outbox.js';
import { httpPost } from '../webhooks/http.post.js';
import { sendgridEvent } from './sendgrid.events.js';
import { parseBody, PARSE_TYPE } from './sendgrid.parse.js';

/** An array with one event a line, CRLF after commas and at the end: the bytes a signature covers. */
export function sendgridBody(events: readonly object[]): Buffer {
  return Buffer.from(`[${events.map((event) => JSON.stringify(event)).join(',\r\n')}]\r\n`);
}

export function signatureHeaders(body: Buffer, key: KeyObject, seconds: number): Record<string, string> {
  const signed = Buffer.concat([Buffer.from(String(seconds)), body]);
  return {
    'X-Twilio-Email-Event-Webhook-Signature': sign('sha256', signed, key).toString('base64'),
    'X-Twilio-Email-Event-Webhook-Timestamp': String(seconds),
  };
}

export interface SendgridWebhookTarget {
  readonly url: string;
  /** Without a key nothing is signed. */
  readonly privateKey?: KeyObject;
  readonly seed: string;
  readonly now: () => number;
}

interface Call {
  readonly body: Buffer;
  readonly headers: Record<string, string>;
}

/** The events in one call, each mail in one of its own. Signed once per POST: a retry sends the same bytes under the same timestamp. */
export const sendgridPost =
  ({ url, privateKey, seed, now }: SendgridWebhookTarget): Post =>
  (events, unsigned) => {
    const told = events.map((event) => sendgridEvent(seed, event)).filter((event) => event !== undefined);
    const mails = events.filter(({ step }) => step.fate === 'replied').map(parseBody);
    const call = (body: Buffer, type: string, agent: string): Call => {
      const signature = privateKey && !unsigned ? signatureHeaders(body, privateKey, Math.floor(now() / 1000)) : {};
      return { body, headers: { 'content-type': type, 'user-agent': agent, ...signature } };
    };
    const open = new Set([
      ...(told.length > 0 ? [call(sendgridBody(told), 'application/json', 'SendGrid Event API')] : []),
      ...mails.map((mail) => call(mail, PARSE_TYPE, 'Sendlib/1.0')),
    ]);
    return () => postAll(`${url.replace(/\/$/, '')}/webhooks/sendgrid`, open);
  };

/** Those that were taken leave `open`; the status is that of the last that was not, else of the last. */
async function postAll(address: string, open: Set<Call>): Promise<number | undefined> {
  let [taken, refused]: (number | undefined)[] = [204, undefined];
  for (const each of [...open]) {
    const status = await httpPost(address, each.body, each.headers);
    if (status !== undefined && status < 300) {
      open.delete(each);
      taken = status;
    } else refused = status;
  }
  return open.size === 0 ? taken : refused;
}
