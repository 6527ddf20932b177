import type { WebhookParser } from '@homing/channels';
import { signalMessage } from '@homing/contracts';
import type { Replay, Replayed, ReplayParts } from './replay.types.js';

/** `webhook.<provider>`: what a letter names that holds parts of a verified webhook. */
const WEBHOOK = /^webhook\.([\w-]+)$/;

export const webhookParserOf = ({ parsers }: ReplayParts, subject: string): WebhookParser | undefined =>
  parsers.get(WEBHOOK.exec(subject)?.[1] ?? '');

/** Parts of a webhook that could not be read when they came: read anew, since the parser may have learnt. All of them, or none. */
export async function replayWebhook(
  { publisher }: ReplayParts,
  parser: WebhookParser,
  { letter, content }: Replay,
): Promise<Replayed> {
  const { facts, faults } = parser.parse(content.bytes);
  if (faults.length > 0) {
    const named = faults.map(({ index, code }) => ({
      field: index < 0 ? '' : `[${index}]`,
      code,
      message: 'still cannot be read',
    }));
    return { kind: 'faulty', faults: named };
  }
  const heard = { provider: parser.provider, channel: parser.channel, receivedAt: letter.storedAt };
  for (const fact of facts) {
    const { subject, event, ...message } = signalMessage(fact, heard, 'homing/desk');
    await publisher.publish(subject, event, message);
  }
  return { kind: 'replayed' };
}
