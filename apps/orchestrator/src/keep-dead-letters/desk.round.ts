import type { DeadLetterStream } from '@homing/messaging';
import type { DeadLetterFile } from '@homing/vault/desk';
import { oldestLetter, openLetters } from './desk.metrics.js';

export interface DeskRoundParts {
  readonly file: Pick<DeadLetterFile, 'listToRemove' | 'markRemoved' | 'expireBefore' | 'forgetBefore' | 'countOpen'>;
  readonly stream: Pick<DeadLetterStream, 'remove' | 'heldSince'>;
  readonly now: () => Date;
}

/** Contents one round removes. */
const ROUND_SIZE = 200;
const day = 24 * 3_600_000;
/** How long it stays known that there was a letter. */
const forgottenAfterMs = 90 * day;
/** The bus's clock and ours may differ by this. */
const clockMarginMs = 60_000;

/**
 * Keeps file and bus together: contents of letters that have ended are removed, letters whose content the bus no longer holds expire,
 * old ones are forgotten. True: there is more to remove at once. Safe to run in several processes at one time.
 */
export async function tidyDesk({ file, stream, now }: DeskRoundParts): Promise<boolean> {
  const ended = await file.listToRemove(ROUND_SIZE);
  for (const letter of ended) await stream.remove(letter);
  await file.markRemoved(ended.map(({ id }) => id));

  const at = now().getTime();
  // Whatever was stored before the oldest letter that is held is held no more: 30 days are over, the stream was full, or it was lost.
  await file.expireBefore((await stream.heldSince()) ?? new Date(at - clockMarginMs).toISOString());
  await file.forgetBefore(new Date(at - forgottenAfterMs).toISOString());
  const { open, oldest } = await file.countOpen();
  openLetters.set(open);
  oldestLetter.set(oldest === undefined ? 0 : Math.max(0, (at - Date.parse(oldest)) / 1_000));
  return ended.length === ROUND_SIZE;
}
