import type { Cancellation, ShownOutreach } from '../api/api.types.js';

/** Something may still come of it that nobody has called off yet. */
export function mayBeCancelled({ state, settledAt, timeline }: ShownOutreach): boolean {
  if (state === 'refused' || settledAt !== undefined) return false;
  return !timeline.some(({ transition }) => transition === 'cancel_requested' || transition === 'settled');
}

/** What came of asking, as a person reads it. */
export const ANSWERS: Readonly<Record<Cancellation['status'], string>> = {
  cancelled: 'Cancelled.',
  nothing_to_cancel: 'Too late to call back what is under way. Nothing will follow it.',
  accepted: 'It will be cancelled; this page shows it by itself.',
};
