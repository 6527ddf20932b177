import type { Channel } from '@homing/contracts';
import { matching, present } from '../json.reading.js';
import type { ParsedInbound } from '../webhook.parser.js';
import { MESSAGE_SID } from './twilio-outcome.policy.js';

export type TwilioFields = Readonly<Record<string, string | undefined>>;

const WHATSAPP = 'whatsapp:';

/** Whose message it is, by the form of its addresses; undefined for a channel that is not sent on here (`messenger:`, `rcs:`). */
export function whoseMessage({
  From: from = '',
  To: to = '',
}: TwilioFields): { readonly provider: string; readonly channel: Channel } | undefined {
  if (from.startsWith(WHATSAPP) || to.startsWith(WHATSAPP)) return { provider: 'twilio_whatsapp', channel: 'whatsapp' };
  return /^[a-z]+:/.test(from) || /^[a-z]+:/.test(to) ? undefined : { provider: 'twilio', channel: 'sms' };
}

/** A message somebody wrote; undefined where it does not say who or to whom. */
export function readInbound(
  fields: TwilioFields,
  common: Pick<ParsedInbound, 'provider' | 'channel' | 'occurredAt' | 'payloadDigest' | 'providerEventId'>,
): ParsedInbound | undefined {
  const from = bare(fields['From']);
  const to = bare(fields['To']);
  if (from === '' || to === '') return undefined;
  const { Body: body, OriginalRepliedMessageSid: answered, OptOutType: optOut } = fields;
  return {
    kind: 'message',
    ...common,
    from,
    to,
    ...present('text', body === '' ? undefined : body),
    ...present('inReplyTo', matching(answered, MESSAGE_SID)),
    ...present('keyword', KEYWORDS[(optOut ?? '').toUpperCase()]),
  };
}

const bare = (address = ''): string => (address.startsWith(WHATSAPP) ? address.slice(WHATSAPP.length) : address).trim();

/** What Twilio took the message for and has answered itself (Advanced Opt-Out). */
const KEYWORDS: Readonly<Record<string, ParsedInbound['keyword']>> = { STOP: 'stop', START: 'start', HELP: 'help' };
