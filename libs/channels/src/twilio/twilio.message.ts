import type { OutboundMessage, ProviderTemplate, SendResult } from '../channel.provider.js';
import { E164, permanent, refuseText, refuseToNumber, type TextLimits } from '../phone-message.policy.js';

/** What the SDK is given; everything else it could be given stays out. */
export interface TwilioMessage {
  readonly to: string;
  readonly from?: string;
  readonly messagingServiceSid?: string;
  readonly body?: string;
  readonly contentSid?: string;
  readonly contentVariables?: string;
  readonly statusCallback?: string;
}

export type CheckedMessage =
  | { readonly kind: 'ready'; readonly fields: TwilioMessage }
  | { readonly kind: 'refused'; readonly result: SendResult };

/** Twilio takes no longer body, whatever the segments. */
const MOST_UNITS = 1_600;
const MESSAGING_SERVICE = /^MG[0-9a-f]{32}$/;
/** A number, a short code, or up to eleven letters and digits with a letter among them. */
const SMS_SENDER = /^(\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/;
/** As Twilio writes it. */
export const CONTENT_SID = /^HX[0-9a-f]{32}$/;

/** @param callbackUrl where the account's messages report to, where the message itself names nothing */
export function toSms(message: OutboundMessage, maxSegments: number, callbackUrl?: string): CheckedMessage {
  const limits: TextLimits = { maxSegments, maxUnits: MOST_UNITS };
  const refused = refuseText(message, limits) ?? (isSmsSender(message.from.address) ? undefined : SENDER_REFUSED);
  if (refused) return { kind: 'refused', result: refused };
  const fields = { to: message.to.address, body: message.text };
  return { kind: 'ready', fields: { ...fields, ...senderOf(message.from.address), ...callback(message, callbackUrl) } };
}

/** The content sid (`HX...`) of a template that Meta knows by name: under `name/language`, else under `name`. */
export type ContentSids = ReadonlyMap<string, string>;

/**
 * Free text only reaches whoever wrote within 24 hours; whether that is so, WhatsApp decides (`outside_window`). A template is named by
 * its content sid, or by the name it bears at Meta where `contentSids` translates that.
 */
export function toWhatsApp(message: OutboundMessage, contentSids: ContentSids, callbackUrl?: string): CheckedMessage {
  const { template, text, from, to } = message;
  const contentSid = template && contentSidOf(template, contentSids);
  const refused =
    refuseToNumber(message) ?? (isWhatsAppSender(from.address) ? refuseContent(message, contentSid) : SENDER_REFUSED);
  if (refused) return { kind: 'refused', result: refused };
  const content =
    template && contentSid ? { contentSid, contentVariables: variables(template.parameters) } : { body: text };
  const sender = E164.test(from.address) ? { from: `whatsapp:${from.address}` } : senderOf(from.address);
  return {
    kind: 'ready',
    fields: { to: `whatsapp:${to.address}`, ...content, ...sender, ...callback(message, callbackUrl) },
  };
}

const SENDER_REFUSED = permanent('sender_refused');

function contentSidOf({ name, language }: ProviderTemplate, known: ContentSids): string | undefined {
  return CONTENT_SID.test(name) ? name : (known.get(`${name}/${language}`) ?? known.get(name));
}

function refuseContent({ template, text }: OutboundMessage, contentSid: string | undefined): SendResult | undefined {
  if (template) return contentSid === undefined ? permanent('template_unknown') : undefined;
  if (text.trim() === '') return permanent('empty_text');
  return text.length > MOST_UNITS ? permanent('too_long') : undefined;
}

const isSmsSender = (address: string) => MESSAGING_SERVICE.test(address) || SMS_SENDER.test(address);
const isWhatsAppSender = (address: string) => MESSAGING_SERVICE.test(address) || E164.test(address);
const senderOf = (address: string) =>
  MESSAGING_SERVICE.test(address) ? { messagingServiceSid: address } : { from: address };

/** Placeholders of a template are numbered from 1. */
const variables = (parameters: readonly string[]): string =>
  JSON.stringify(Object.fromEntries(parameters.map((value, index) => [String(index + 1), value])));

/**
 * Twilio takes no data of ours: it stands in the query of the address it reports to, which its signature covers. The fragment asks
 * for more than the one try it makes by default, and is covered by nothing.
 */
function callback(message: OutboundMessage, configured: string | undefined): Pick<TwilioMessage, 'statusCallback'> {
  const base = message.callbackUrl ?? configured;
  if (base === undefined) return {};
  const url = new URL(base);
  url.searchParams.set('d', message.deliveryId);
  url.searchParams.set('a', String(message.attempt));
  url.searchParams.set('t', message.tenantId);
  url.hash = 'rc=3&rp=5xx,ct,rt';
  return { statusCallback: url.href };
}
