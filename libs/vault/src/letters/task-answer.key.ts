import { taskContext } from '../envelope/task.context.js';
import { newPair } from '../envelope/x25519.keys.js';
import { openEnvelope } from '../open/envelope.reader.js';

/** A key pair for one answer about one task: it lives in memory, and opens nothing else. */
export type TaskAnswerKey = {
  /** Public half, base64: goes along with the question. */
  readonly key: string;
  /** @throws {EnvelopeError} when it was not sealed to this key for this task */
  open(sealed: Uint8Array, task: { readonly tenantId: string; readonly taskId: string }): Promise<Uint8Array>;
};

export function createTaskAnswerKey(): TaskAnswerKey {
  const pair = newPair();
  return {
    key: Buffer.from(pair.publicRaw).toString('base64'),
    open: (sealed, task) => openEnvelope(pair, sealed, taskContext(task)),
  };
}
