/**
 * What a sealed thing is. It is authenticated with the ciphertext: an envelope opened under any other tenant, kind or id
 * fails, so ciphertexts cannot be swapped between rows.
 */
export type SealContext = {
  /** The tenant's id; empty only where no tenant is known yet (a dead letter that could not be read). */
  readonly tenantId: string;
  /** For example `request`, `person-key`, `dead-letter`. */
  readonly kind: string;
  readonly id: string;
};

/**
 * Why an envelope did not open. Thrown by every opening function; the message never holds content.
 * `unknown_version`: written by a newer release. `unreadable`: wrong key, wrong context, or altered bytes.
 */
export class EnvelopeError extends Error {
  constructor(readonly reason: 'unknown_version' | 'unreadable') {
    super(`vault envelope: ${reason}`);
    this.name = 'EnvelopeError';
  }
}
