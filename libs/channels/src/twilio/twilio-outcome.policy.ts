import type { OutboundMessage, SendResult } from '../channel.provider.js';
import type { HttpEnd } from '../http.caller.js';
import { matching, readRecord } from '../json.reading.js';
import { judgeNetworkFailure } from '../network-failure.policy.js';
import { retryAfterSeconds } from '../retry-after.policy.js';
import { codeNumber, meaningOfCode } from './twilio.codes.js';

/** Twilio's id of a message: SMS or MMS. */
export const MESSAGE_SID = /^(SM|MM)[0-9a-f]{32}$/;

/** Judges one call from what came over the wire. Only what surely was not accepted may be tried again. */
export function judgeTwilio(end: HttpEnd, message: OutboundMessage, now: number): SendResult {
  if (end.kind === 'broken') return judgeNetworkFailure(end.errorCode, end.mayHaveReached);
  const { status } = end;
  const body = readRecord(end.body);
  if (status === 201) {
    const sid = matching(body?.['sid'], MESSAGE_SID);
    return { kind: 'accepted', providerMessageId: sid ?? `unstated-${message.deliveryId}-${message.attempt}` };
  }
  const code = codeNumber(body?.['code']);
  // What has no body of Twilio's comes from something in between, which does not know what happened behind it.
  if (status < 400 || status === 500 || (status > 500 && code === undefined))
    return { kind: 'unknown', reason: `http_${status}` };
  const meaning = code === undefined ? meaningOfStatus(status) : meaningOfCode(code);
  const kind = meaning.class ?? (status === 429 ? 'throttled' : 'permanent');
  if (status > 500 && kind !== 'retryable' && kind !== 'throttled')
    return { kind: 'unknown', reason: `http_${status}` };
  const wait = kind === 'throttled' ? (retryAfterSeconds(end.headers, now) ?? meaning.retryAfterSeconds) : undefined;
  return {
    kind: 'rejected',
    class: kind,
    code: meaning.word,
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
  };
}

function meaningOfStatus(status: number): ReturnType<typeof meaningOfCode> {
  const word = `http_${status}`;
  switch (status) {
    case 401:
    case 403:
    case 404: // the account is part of the path
      return { word, class: 'auth' };
    case 408:
      return { word, class: 'retryable' };
    case 429:
      return { word, class: 'throttled' };
    default:
      return { word };
  }
}
