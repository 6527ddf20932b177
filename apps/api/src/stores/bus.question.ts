import type { CloudEvent } from '@homing/contracts';
import { v7 as uuidv7 } from 'uuid';
import type { ApiBus, ApiParts } from '../api.parts.js';
import { ProblemError } from '../problem/problem.error.js';

export interface BusQuestion {
  readonly type: string;
  readonly tenantId: string;
  /** What is asked for: no personal data. */
  readonly data: unknown;
  readonly publish: ApiBus['publishCommand'];
}

const retryAfterSeconds = 2;

/**
 * Has something done over the bus. Resolves with the answer, or with undefined when none came in time or it cannot be read: it is
 * done all the same.
 * @throws ProblemError when the bus did not take it
 */
export async function askOverBus<T>(
  { bus, settings }: Pick<ApiParts, 'bus' | 'settings'>,
  { type, tenantId, data, publish }: BusQuestion,
): Promise<T | undefined> {
  const id = uuidv7();
  const reply = bus.expectAnswer(id, settings.decisionWaitMs);
  const time = new Date().toISOString();
  const event: CloudEvent = { specversion: '1.0', id, source: 'api', type, time, tenantid: tenantId, data };
  try {
    await publish(event, { tenantId, key: `command:${id}`, replyTo: reply.replyTo });
  } catch (cause) {
    reply.cancel();
    const detail = 'not acknowledged; ask again, it is done once';
    throw new ProblemError('unavailable', { detail, retryAfter: retryAfterSeconds }, { cause });
  }
  return readAnswer<T>(await reply.answer);
}

function readAnswer<T>(bytes: Uint8Array | undefined): T | undefined {
  if (!bytes) return undefined;
  try {
    return (JSON.parse(new TextDecoder().decode(bytes)) as T | null) ?? undefined;
  } catch {
    return undefined;
  }
}
