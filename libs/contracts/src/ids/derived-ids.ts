import { v5 } from 'uuid';
import { lengthPrefixed } from './length-prefixed.js';

/**
 * Ids given by callers enter stream names and events only as keyed hashes: UUIDv5 under a namespace that is a secret of the
 * installation. The same parts give the same id for ever; without the namespace nobody can test a guess.
 */
export interface IdDeriver {
  /** `outreachId` of one request: the same (tenant, source, request id) is the same outreach, whichever way it came. */
  outreachId(tenantId: string, source: string, requestId: string): string;
  /** The batch of one call: the same (tenant, request id) is the same batch. */
  batchId(tenantId: string, requestId: string): string;
  /** Keyed hash of any other id a caller gave (campaign, recipient, subject, conversion), or of a content in canonical form. */
  key(
    kind: 'campaign' | 'recipient' | 'subject' | 'content' | 'conversion' | 'inbound' | 'consent',
    tenantId: string,
    id: string,
  ): string;
}

export function createIdDeriver(secretNamespace: string): IdDeriver {
  const derive = (parts: readonly string[]): string => v5(lengthPrefixed(parts), secretNamespace);
  return {
    outreachId: (tenantId, source, requestId) => derive(['outreach', tenantId, source, requestId]),
    batchId: (tenantId, requestId) => derive(['batch', tenantId, requestId]),
    key: (kind, tenantId, id) => derive([kind, tenantId, id]),
  };
}

export const deliveryIdOf = (outreachId: string, leg: number): string => `${outreachId}.${leg}`;

const DELIVERY_ID = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.(\d{1,3})$/;

/** The outreach and leg a delivery id names, or undefined when it is not one of ours (providers echo what they were given). */
export function parseDeliveryId(deliveryId: string): { outreachId: string; leg: number } | undefined {
  const match = DELIVERY_ID.exec(deliveryId);
  return match?.[1] && match[2] ? { outreachId: match[1], leg: Number(match[2]) } : undefined;
}
