import type { Channel, InboundClass, InboundItem } from '@homing/contracts';
import { keywordOf, type Keyword } from './keyword.policy.js';

/** A message that names none of ours answers the latest one sent there within so many days. */
export const ANSWER_WITHIN_DAYS = 30;

/** What is known of a message besides itself. */
export interface InboundKnowledge {
  /** It answers something that we sent. */
  readonly answers: boolean;
  /** Its sender had unsubscribed. */
  readonly unsubscribed: boolean;
  /** Its sender could be anybody: it cannot say that somebody wants to hear again. Default false. */
  readonly unproven?: boolean;
}

type Written = Pick<InboundItem, 'channel' | 'subject' | 'text' | 'keyword' | 'automatic'>;

/**
 * What a message that somebody wrote to us is. A wish to hear no more comes before everything, whoever recognised it; what a machine wrote
 * (out of office, a bounce) is no reply; what answers nothing of ours is `other`, for people to look at.
 */
export function classifyInbound(
  item: Written,
  { answers, unsubscribed, unproven = false }: InboundKnowledge,
): InboundClass {
  const keyword = item.keyword ?? (item.automatic === true ? undefined : saidIn(item, unsubscribed));
  if (keyword === 'stop') return 'opt_out';
  if (keyword === 'start' && !unproven) return 'opt_in';
  if (item.automatic === true) return 'automatic';
  // By mail people write more than a word when they want help; "info" may well be a subject.
  if (keyword === 'help' && BY_WORD.has(item.channel)) return 'help';
  return answers ? 'reply' : 'other';
}

/**
 * Whether a message is surely from whom it says. Of an email that takes whoever took it in, or an address that we signed and told nobody but its
 * reader; everywhere else the provider knows who wrote.
 */
export const isProven = ({ channel, authentic, answers }: Pick<InboundItem, 'channel' | 'authentic' | 'answers'>) =>
  channel !== 'email' || authentic === true || answers !== undefined;

const BY_WORD: ReadonlySet<Channel> = new Set(['sms', 'whatsapp']);

/** In the text; of an email also in its subject, which is what its one-click mailbox is sent. */
function saidIn({ channel, subject, text }: Written, unsubscribed: boolean): Keyword | undefined {
  const sender = { unsubscribed };
  if (channel !== 'email') return keywordOf(text, sender);
  const bySubject = keywordOf(subject, sender);
  return (
    keywordOf(text === undefined ? undefined : ownWords(text), sender) ?? (bySubject === 'stop' ? bySubject : undefined)
  );
}

/** What the sender of an email wrote themselves: without quotations, what stands below them, and a signature. */
function ownWords(text: string): string {
  const lines = text.slice(0, 4_000).split(/\r?\n/);
  const end = lines.findIndex(
    (line) =>
      /^(-- ?|_{5,}|-{5,}.*|>.*)$/.test(line) ||
      /^.{0,200}\b(wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef)\b.{0,60}:$/.test(line),
  );
  return (end === -1 ? lines : lines.slice(0, end)).join('\n').trim();
}
