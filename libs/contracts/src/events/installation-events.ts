import type { StoreMark } from '../bus/store-mark.js';

/** What happened to the installation as a whole. One stream (`INSTALLATION_STREAM`), appended by operators' commands alone. */
export type InstallationEvent = { readonly type: 'RestoreConfirmed'; readonly data: RestoreConfirmed };

/**
 * An operator confirms that this store was restored from a backup. What may have been sent in the history that was lost is not
 * sent again: its outcome counts as unknown.
 */
export interface RestoreConfirmed {
  /** How many restores this makes; the revision of this event plus one. */
  readonly generation: number;
  /** End of the restored store when it was confirmed, a decimal string. */
  readonly head: string;
  /** What had been seen of the lost history; absent when nobody had kept a mark. */
  readonly seen?: Omit<StoreMark, 'missingSince'>;
  /** What stands in this store and was recorded up to here is the former history; later events were recorded after the restore. */
  readonly keptUntil: string;
  /** What was due before this instant may have been sent. */
  readonly dueBefore: string;
  readonly confirmedAt: string;
  /** Who confirmed: a name of an account or a host, no person's. */
  readonly by: string;
}
