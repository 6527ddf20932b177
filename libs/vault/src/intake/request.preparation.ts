import type { Channel } from '@homing/contracts';
import type { Fingerprinter } from '../address/address.fingerprint.js';
import { maskAddress } from '../address/address.mask.js';
import { normaliseAddress } from '../address/address.normalise.js';
import type { AcceptedContact, AcceptItem, AcceptResult } from './intake.types.js';

/** An item with everything that can be said about it without the database. */
export type PreparedItem = {
  readonly item: AcceptItem;
  readonly digest: Buffer;
  /** JSON of the request and of the decision input. */
  readonly request: string;
  readonly decisionInput: string;
  readonly recipientHash: string;
  readonly contacts: readonly AcceptedContact[];
};

export type Preparation =
  | { readonly kind: 'ready'; readonly prepared: PreparedItem }
  | { readonly kind: 'refused'; readonly result: AcceptResult };

/** Never throws: what cannot be prepared is the item's own fault, and no other item of its batch suffers from it. */
export function prepareItem(item: AcceptItem, fingerprinter: Fingerprinter): Preparation {
  try {
    return prepare(item, fingerprinter);
  } catch {
    return refuse(item, '', 'cannot be read');
  }
}

function prepare(item: AcceptItem, fingerprinter: Fingerprinter): Preparation {
  const contacts: AcceptedContact[] = [];
  const seen = new Map<Channel, number>();
  for (const { channel, address } of item.contacts) {
    const ordinal = seen.get(channel) ?? 0;
    seen.set(channel, ordinal + 1);
    const fingerprint = fingerprinter.address(item.tenantId, channel, address);
    if (fingerprint === undefined) return refuseContact(item, { channel, ordinal, address });
    contacts.push({ channel, ordinal, fingerprint, mask: maskAddress(channel, address) });
  }
  const texts = textsOf(item, fingerprinter);
  if (texts === undefined) return refuse(item, '', 'is no plain JSON or is nested too deeply');
  const recipientHash = fingerprinter.recipient(item.tenantId, item.recipientId);
  return { kind: 'ready', prepared: { item, ...texts, recipientHash, contacts } };
}

function textsOf(
  item: AcceptItem,
  fingerprinter: Fingerprinter,
): Pick<PreparedItem, 'digest' | 'request' | 'decisionInput'> | undefined {
  try {
    const request = JSON.stringify(item.request);
    const decisionInput = JSON.stringify(item.decisionInput ?? null);
    return { request, decisionInput, digest: fingerprinter.digest(item.tenantId, item.request) };
  } catch {
    return undefined;
  }
}

function refuseContact(item: AcceptItem, contact: { channel: Channel; ordinal: number; address: string }): Preparation {
  const normal = normaliseAddress(contact.channel, contact.address);
  const field = contact.channel === 'contact_form' ? 'contactForm' : contact.channel;
  const reason = normal.kind === 'invalid' ? normal.reason : '';
  return refuse(item, `recipient.contacts.${field}[${contact.ordinal}]`, reason);
}

function refuse(item: AcceptItem, path: string, reason: string): Preparation {
  return { kind: 'refused', result: { kind: 'invalid', outreachId: item.outreachId, path, reason } };
}
