import {
  acceptedRef,
  OUTREACH_REQUESTED,
  readOutreachRequest,
  type InboundClass,
  type InboundItem,
} from '@homing/contracts';
import { answerToWord, isAnswerOwed, type WordAnswer } from '@homing/domain';
import type { IntakeItem, RequestIntake } from '@homing/intake';
import { cloudEvent, type Publisher } from '@homing/messaging';
import type { RegistryReader } from '@homing/vault/registry';
import type { ContactRef, SenderBook } from '@homing/vault/suppression';
import type { ContactKeeper } from '../suppress-contact/contact.keeper.js';
import { wordsAnswered } from './answer.metrics.js';

export interface AnswererParts {
  readonly registry: Pick<RegistryReader, 'findTenants'>;
  readonly book: Pick<SenderBook, 'personsAt'>;
  readonly contacts: Pick<ContactKeeper, 'record'>;
  readonly intake: RequestIntake;
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly now: () => string;
}

/** A word that was heard, and that its address knows of. */
export interface HeardWord {
  readonly item: InboundItem;
  readonly kind: InboundClass;
  /** When ingestion verified it. */
  readonly receivedAt: string;
  readonly sender: ContactRef;
  /** Names the message: the same whenever it is heard. */
  readonly causationId: string;
}

/** An answer that comes a day late is none. */
const ANSWER_WITHIN_MS = 24 * 3_600_000;
/** Whose names these requests bear: no publisher's and no caller's begin so. */
const SOURCE = 'answers';

/**
 * Answers STOP, START and HELP where the tenant wants it: as an outreach of its own, sealed, decided, claimed and sent as every other.
 * That a word is answered stands on its address's stream before it is, at the exact revision: no other of the same opt-out is, whoever
 * hears it and however often. When it resolves the answer is sealed: losing the bus loses it no more.
 */
export async function answerWord(parts: AnswererParts, word: HeardWord): Promise<void> {
  const { item, kind, sender } = word;
  const [tenant] = await parts.registry.findTenants([sender.tenantId]);
  const settings = tenant?.settings.wordAnswers;
  if (!tenant || !settings) return;
  const by = tenant.sender?.branding['company'] ?? tenant.sender?.name ?? tenant.name;
  const answer = answerToWord({ item, kind, settings, sender: by });
  // Whoever was never written to gets no answer: it would make a person of a wrong number.
  if (!answer || (await parts.book.personsAt([sender])).length === 0) return;
  const request = requestOf(word, answer, parts.now());
  if (!request || !(await isTheOne(parts, word, answer))) return;
  const [taken] = await parts.intake.takeIn([request]);
  if (taken?.kind !== 'accepted' && taken?.kind !== 'repeated') return;
  if (taken.kind === 'accepted') wordsAnswered.inc({ word: answer.answers, channel: item.channel });
  await refer(parts, { outreachId: taken.outreachId, tenantId: sender.tenantId });
}

/** A call for help changes nothing of an address: it is answered once a day, which its name sees to. */
async function isTheOne({ contacts, now }: AnswererParts, word: HeardWord, { answers }: WordAnswer): Promise<boolean> {
  if (answers === 'help') return true;
  const { sender, item, causationId } = word;
  const said = { ...sender, channel: item.channel, word: answers, at: item.occurredAt, causationId };
  const command = { kind: 'answer', ...said, now: now() } as const;
  const { state } = await contacts.record({ command, commandId: `answer:${answers}:${causationId}` });
  return isAnswerOwed(state, said);
}

function requestOf(
  { item, receivedAt, sender, causationId }: HeardWord,
  answer: WordAnswer,
  now: string,
): IntakeItem | undefined {
  const { channel, from } = item;
  const { tenantId, fingerprint } = sender;
  const expiresAt = new Date(Date.parse(receivedAt) + ANSWER_WITHIN_MS).toISOString();
  if (expiresAt <= now) return undefined;
  const reading = readOutreachRequest(
    {
      recipient: { id: `address:${fingerprint}`, contacts: { [channel]: [from] } },
      messageType: 'transactional',
      urgency: 'critical',
      channels: [channel],
      content: { literal: { [channel]: { text: answer.text } } },
      expiresAt,
    },
    { unknownFields: 'refuse' },
  );
  if (reading.kind === 'invalid') return undefined;
  const { answers } = answer;
  const name = answers === 'help' ? item.occurredAt.slice(0, 10) : causationId;
  const requestId = `${fingerprint}:${answers}:${name}`;
  return { tenantId, via: 'bus', source: SOURCE, requestId, request: reading.request, receivedAt: now, answers };
}

async function refer(
  { publisher, now }: AnswererParts,
  { outreachId, tenantId }: { readonly outreachId: string; readonly tenantId: string },
): Promise<void> {
  const event = cloudEvent({
    id: outreachId,
    source: 'homing/answers',
    type: OUTREACH_REQUESTED,
    time: now(),
    tenantid: tenantId,
    dataref: acceptedRef(outreachId),
  });
  await publisher.publish(OUTREACH_REQUESTED, event, { tenantId, key: `answer:${outreachId}` });
}
