import { OUTREACH_REQUESTED, POISON_REASONS, isPoisonReason } from '@homing/contracts';
import type { SeenAction, SeenLetter } from '@homing/vault/letters';

const keptForMs = 30 * 24 * 3_600_000;

/** Everything but what it says. */
export function shownLetter(letter: SeenLetter) {
  const {
    id,
    tenantId,
    consumer,
    reason,
    faults,
    subject,
    source,
    storedAt,
    buriedAt,
    size,
    digest,
    state,
    resolution,
  } = letter;
  return {
    id,
    state,
    ...(tenantId === null ? {} : { tenantId }),
    consumer,
    subject,
    ...(source === null ? {} : source),
    reason,
    ...(isPoisonReason(reason) ? { explanation: POISON_REASONS[reason] } : {}),
    faults,
    size,
    ...(digest === null ? {} : { digest }),
    storedAt,
    buriedAt,
    expiresAt: new Date(Date.parse(buriedAt) + keptForMs).toISOString(),
    // What people write can be mended by people.
    repairable: state === 'open' && subject === OUTREACH_REQUESTED && digest === null,
    ...(resolution === null ? {} : { resolution }),
  };
}

export const shownWithActions = (letter: SeenLetter, actions: readonly SeenAction[]) => ({
  ...shownLetter(letter),
  actions,
});

export interface LetterContent {
  readonly id: string;
  readonly encoding: 'json' | 'text' | 'base64';
  /** A JSON value, a text, or base64. */
  readonly content: unknown;
}

/** As much of it as can be read: JSON, else text, else bytes. */
export function shownContent(id: string, bytes: Uint8Array): LetterContent {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { id, encoding: 'base64', content: Buffer.from(bytes).toString('base64') };
  }
  try {
    return { id, encoding: 'json', content: JSON.parse(text) as unknown };
  } catch {
    return { id, encoding: 'text', content: text };
  }
}
