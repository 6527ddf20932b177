import { sealEnvelope } from '../envelope/envelope.codec.js';
import { taskContext } from '../envelope/task.context.js';
import { publicKeyOf } from '../envelope/x25519.keys.js';
import { decodeKey } from '../keys/vault.keys.js';

/**
 * Seals what a person is to send by hand to the key that somebody made for this one answer.
 * Rejects with a TypeError when that is no key.
 */
export const sealTaskAnswer = (
  bytes: Uint8Array,
  answer: { readonly tenantId: string; readonly taskId: string; readonly key: string },
): Promise<Uint8Array> => sealEnvelope(publicKeyOf(decodeKey(answer.key, 'answerKey')), bytes, taskContext(answer));
