import { readMessage, tenantNamedBy } from '@homing/contracts';
import type { Fingerprinter, LetterConcern } from '@homing/vault/seal';
import { CONTACT_FIELDS } from './contact-points.js';

/** More addresses than a recipient has, and than a header should carry. */
const mostSubjects = 40;

/** Whom a request that could not be taken in is about: read as far as it can be, however broken the rest is. */
export function requestConcern(fingerprinter: Fingerprinter): (bytes: Uint8Array) => LetterConcern {
  return (bytes) => {
    const message = readMessage(bytes);
    const tenantId = message && tenantNamedBy(message);
    if (message === undefined || tenantId === undefined) return { tenantId: undefined, subjects: [] };
    const { recipient } = message.data as { recipient?: Partial<Record<string, unknown>> | null };
    const id = recipient?.['id'];
    const hashes = [
      ...(typeof id === 'string' ? [fingerprinter.recipient(tenantId, id)] : []),
      ...addressesOf(recipient?.['contacts'])
        .slice(0, mostSubjects)
        .map(({ channel, address }) => fingerprinter.address(tenantId, channel, address)),
    ];
    return { tenantId, subjects: [...new Set(hashes.filter((hash) => hash !== undefined))] };
  };
}

function addressesOf(contacts: unknown) {
  if (typeof contacts !== 'object' || contacts === null) return [];
  return CONTACT_FIELDS.flatMap(([field, channel]) =>
    [(contacts as Record<string, unknown>)[field]]
      .flat()
      .filter((address) => typeof address === 'string')
      .map((address) => ({ channel, address })),
  );
}
