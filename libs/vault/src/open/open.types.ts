import type { SealContext } from '../envelope/envelope.types.js';

export type OpenResult =
  | { readonly kind: 'opened'; readonly outreachId: string; readonly request: unknown }
  /** The person's key was destroyed: no one can read it again. */
  | { readonly kind: 'erased'; readonly outreachId: string }
  /** No such outreach for this tenant. */
  | { readonly kind: 'missing'; readonly outreachId: string }
  /** It is there and does not open: a damaged row, one of a newer release, or not this installation's key. An operator's matter. */
  | { readonly kind: 'unreadable'; readonly outreachId: string };

export type PersonExport =
  | { readonly kind: 'exported'; readonly personId: string; readonly requests: readonly ExportedRequest[] }
  | { readonly kind: 'erased'; readonly personId: string; readonly erasedAt: string }
  | { readonly kind: 'missing' };

export type ExportedRequest = {
  readonly outreachId: string;
  readonly acceptedAt: string;
  readonly source: string;
  readonly request: unknown;
};

export type VaultOpener = {
  /** Opens set-wise, one statement a call; answers in the order given, each for itself. Throws only what the database throws. */
  openRequests(refs: readonly { readonly outreachId: string; readonly tenantId: string }[]): Promise<OpenResult[]>;
  /** Everything held about one person, oldest first. @throws {EnvelopeError} when a part of it does not open: half is no answer. */
  exportPerson(person: { readonly tenantId: string; readonly personId: string }): Promise<PersonExport>;
  /** Opens what `sealForInstallation` sealed. @throws {EnvelopeError} */
  openForInstallation(envelope: Uint8Array, context: SealContext): Promise<Uint8Array>;
  /** Forgets every cached key. The database handle stays the caller's. */
  close(): void;
};
