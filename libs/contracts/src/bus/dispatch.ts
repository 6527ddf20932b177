import type { Channel } from '../channel.js';

/**
 * `delivery.dispatch.<channel>`: send this attempt now, if it still stands. Carries the folded state and its revision, so
 * that the gateway claims without reading the stream; a stale message costs a conflict, never a second send.
 *
 * @typeParam State - the outreach state of `@homing/domain`, as JSON
 */
export interface DispatchDelivery<State = unknown> {
  readonly tenantId: string;
  readonly outreachId: string;
  readonly deliveryId: string;
  readonly leg: number;
  readonly channel: Channel;
  readonly attempt: number;
  /** How often this attempt has been woken; part of the message id, so that a re-dispatch is not dropped as a repeat. */
  readonly wake: number;
  /** Revision of the outreach stream `state` was folded at, as a decimal string (bigint on the wire). */
  readonly revision: string;
  readonly state: State;
  readonly expiresAt: string;
}

/** `delivery.lookup.<channel>`: find out what became of this attempt, if its outcome is unknown still. */
export type LookUpAttempt = Omit<DispatchDelivery, 'revision' | 'state' | 'expiresAt'>;

/** Second half of the `Nats-Msg-Id` of a dispatch. */
export const dispatchKey = (d: Pick<DispatchDelivery, 'deliveryId' | 'attempt' | 'wake'>): string =>
  `${d.deliveryId}:${d.attempt}:${d.wake}`;
