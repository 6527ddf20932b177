import { splitOff, type CloudEvent } from '@homing/contracts';
import { PoisonError, type Publisher, RetryLaterError } from '@homing/messaging';

export type HandOn = Pick<Publisher, 'publishMany'>;

export interface EachParts {
  /** Records one fact. Throws as a handler of one message does. */
  readonly record: (data: unknown) => Promise<void>;
  readonly publisher: HandOn;
}

/**
 * Hears several facts as if each had come alone: none holds up another. What cannot be recorded goes on as a message of its own under its own
 * key, which is then retried or buried for itself; only when those are stored is the message done. While a store is away, and so none of
 * them is recorded, all of it comes again: facts that stand already change nothing.
 * @throws what a store or the bus throws
 */
export async function hearEach(
  { record, publisher }: EachParts,
  event: CloudEvent<{ readonly facts: readonly unknown[] }>,
  subject: string,
): Promise<void> {
  const settled = await Promise.allSettled((event.data?.facts ?? []).map(record));
  const failed = settled.flatMap((result, index) =>
    result.status === 'rejected' ? [{ index, reason: result.reason as unknown }] : [],
  );
  const away = failed.find(({ reason }) => !(reason instanceof PoisonError || reason instanceof RetryLaterError));
  if (away && failed.length === settled.length) throw away.reason;
  const messages = failed.map(({ index }) => splitOff(event, index, subject));
  const lost = (await publisher.publishMany(messages)).find((result) => result.status === 'rejected');
  if (lost) throw lost.reason;
}
