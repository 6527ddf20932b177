import { randomBytes } from 'node:crypto';
import { SEND_ALONE, type OutboundMessage, type Party, type SendResult } from '../channel.provider.js';
import { companyOf } from '../company.policy.js';
import { checkEmailHeaders } from '../email-headers.policy.js';
import { customArgs, faultOf, party } from './sendgrid.mail.js';
import { fitsSubstitutions, shareText } from './substitution.policy.js';

/** What one call takes. */
export const MOST_IN_A_CALL = 1_000;

/** Many messages as one call. */
export interface ManyMails {
  /** The body of `POST /v3/mail/send`. Undefined: nobody is left to call for. */
  readonly body: object | undefined;
  /** Of each personalization: which message it is. */
  readonly places: readonly number[];
  /** By place of the message: what became of those that are not in the call. */
  readonly results: ReadonlyMap<number, SendResult>;
}

/**
 * One personalization a message, with its own recipient, subject, headers and custom args. The bodies are one text, in which
 * substitutions put what is each person's own; so too the mailbox for answers. Nothing of one message can show in another: the keys are drawn anew for each call,
 * and stand in none of the texts. Who is in it already, or differs too much, is to be sent alone.
 */
export function toManyMails(messages: readonly OutboundMessage[]): ManyMails {
  const results = new Map<number, SendResult>();
  const together = inCompany(messages, results);
  const [first] = together;
  if (!first) return { body: undefined, places: [], results };
  const mark = markFor(messages);
  const parts = (['text', 'html'] as const).filter((part) => first.message[part]);
  const bodies = parts.map((part) =>
    shareText(
      together.map(({ message }) => message[part] ?? ''),
      mark[part],
    ),
  );
  const replies = shareText(
    together.map(({ message }) => mailboxOf(message.replyTo)),
    mark.reply,
  );
  const personalizations: object[] = [];
  const places: number[] = [];
  for (const [i, { message, headers, place }] of together.entries()) {
    const substitutions = Object.assign({}, ...[...bodies, replies].map(({ substitutions: own }) => own[i])) as Record<
      string,
      string
    >;
    if (!fitsSubstitutions(substitutions)) {
      results.set(place, alone);
      continue;
    }
    places.push(place);
    personalizations.push({
      to: [party(message.to)],
      subject: message.subject,
      ...(Object.keys(headers).length > 0 ? { headers } : {}),
      custom_args: customArgs(message),
      ...(Object.keys(substitutions).length > 0 ? { substitutions } : {}),
    });
  }
  if (places.length === 0) return { body: undefined, places, results };
  const { from, replyTo, sandbox } = first.message;
  const body = {
    personalizations,
    from: party(from),
    ...(replyTo ? { reply_to: party({ ...replyTo, address: replies.shared + domainOf(replyTo) }) } : {}),
    content: parts.map((part, i) => ({ type: TYPES[part], value: bodies[i]?.shared })),
    // Ours says who may be unsubscribed by it; the provider's own would add a second List-Unsubscribe.
    ...(first.headers['List-Unsubscribe'] ? { tracking_settings: { subscription_tracking: { enable: false } } } : {}),
    ...(sandbox ? { mail_settings: { sandbox_mode: { enable: true } } } : {}),
  };
  return { body, places, results };
}

/** Of an answer's address: what stands before its `@`, which may be each message's own; and the rest, which a company has in common. */
const mailboxOf = (replyTo: Party | undefined): string =>
  replyTo?.address.slice(0, replyTo.address.lastIndexOf('@')) ?? '';
const domainOf = ({ address }: Party): string => address.slice(address.lastIndexOf('@'));

const TYPES = { text: 'text/plain', html: 'text/html' } as const;

const alone = { kind: 'rejected', class: 'retryable', code: SEND_ALONE } as const satisfies SendResult;

interface Member {
  readonly message: OutboundMessage;
  readonly headers: Readonly<Record<string, string>>;
  readonly place: number;
}

/** Those that may share the first one's call; the others' results are noted. */
function inCompany(messages: readonly OutboundMessage[], results: Map<number, SendResult>): Member[] {
  const members: Member[] = [];
  const addresses = new Set<string>();
  let company: string | undefined;
  for (const [place, message] of messages.entries()) {
    const checked = checkEmailHeaders(message.headers);
    const code = faultOf(message) ?? (checked.kind === 'refused' ? checked.code : undefined);
    if (code !== undefined || checked.kind === 'refused') {
      results.set(place, { kind: 'rejected', class: 'permanent', code: code ?? 'header_not_allowed' });
      continue;
    }
    company ??= companyOf(message);
    // Not the same address twice in one call, in whatever case.
    const address = message.to.address.toLowerCase();
    if (companyOf(message) !== company || addresses.has(address)) {
      results.set(place, alone);
      continue;
    }
    addresses.add(address);
    members.push({ message, headers: checked.headers, place });
  }
  return members;
}

/** Begins the keys of this call, for each part; stands nowhere in its messages. */
function markFor(messages: readonly OutboundMessage[]): Readonly<Record<'text' | 'html' | 'reply', string>> {
  const all = messages.flatMap(({ subject, text, html, from, replyTo, to }) => [
    ...[subject, text, html, from.name, from.address, replyTo?.name, replyTo?.address, to.name, to.address],
  ]);
  for (;;) {
    const drawn = `hm${randomBytes(8).toString('hex')}`;
    if (!all.some((text) => text?.includes(drawn))) return { text: `${drawn}t`, html: `${drawn}h`, reply: `${drawn}r` };
  }
}
