import { OUTREACH_REQUESTED } from '@homing/contracts';
import type { Replay, Replayed, ReplayParts } from './replay.types.js';
import { replayRequest } from './request.replay.js';
import { replayWebhook, webhookParserOf } from './webhook.replay.js';

/** Where services of ours speak to each other: handed in again as it was, never rewritten by hand. */
const OURS =
  /^(outreach\.command|conversion\.reported|delivery\.(dispatch|lookup)\.\w+|provider\.signal\.[\w-]+|event\.outreach\.[\w-]+)$/;

/**
 * Hands a message in again under the identity it had, so that it can never become a second one. What people write is checked first, by
 * the rules of its consumer, and may be repaired; what our own services wrote goes back to its subject as it was.
 * @throws when a store or the bus is away: repeating it is safe
 */
export async function replayLetter(parts: ReplayParts, replay: Replay): Promise<Replayed> {
  const { letter, content, repaired } = replay;
  if (letter.subject === OUTREACH_REQUESTED) return replayRequest(parts, replay);
  const parser = webhookParserOf(parts, letter.subject);
  if (parser && repaired === undefined) return replayWebhook(parts, parser, replay);
  if (repaired !== undefined || !OURS.test(letter.subject)) return { kind: 'not_repairable' };
  await parts.publisher.publishBytes(letter.subject, content.bytes, { msgId: `replay-${letter.id}` });
  return { kind: 'replayed' };
}
