import type { AcceptedContact } from './intake.types.js';
import type { PreparedItem } from './request.preparation.js';

/** What the database knew about the batch: person ids by `identityKey`. */
export type KnownIdentities = {
  readonly recipients: ReadonlyMap<string, string>;
  readonly addresses: ReadonlyMap<string, string>;
};

export type IdentityRow = { readonly tenantId: string; readonly hash: string; readonly personId: string };

export type IdentityPlan = {
  /** In the order of the items. */
  readonly resolved: readonly { readonly personId: string; readonly contacts: readonly AcceptedContact[] }[];
  readonly newPersons: readonly { readonly tenantId: string; readonly personId: string }[];
  readonly newRecipients: readonly IdentityRow[];
  readonly newAddresses: readonly IdentityRow[];
  /** A person was given an address that belongs to another. */
  readonly ambiguities: readonly IdentityRow[];
};

export function identityKey(tenantId: string, hash: string): string {
  return `${tenantId}/${hash}`;
}

/**
 * Who is who, item by item in order, each seeing what those before it established:
 * 1. a known recipient id names the person, whatever its addresses say;
 * 2. else the first contact whose address is known names the person, and the recipient id joins them;
 * 3. else it is a new person.
 * An address keeps its first owner. Given to another person later it is not moved: the meeting is recorded as an ambiguity and
 * shown as `heldBy`, so that caps may count both.
 *
 * @param propose the id of the new person an item would make; asked again for the same item it answers the same
 */
export function planIdentities(
  items: readonly PreparedItem[],
  known: KnownIdentities,
  propose: (item: PreparedItem) => string,
): IdentityPlan {
  const recipients = new Map(known.recipients);
  const addresses = new Map(known.addresses);
  const plan = {
    resolved: [] as { personId: string; contacts: AcceptedContact[] }[],
    newPersons: [] as { tenantId: string; personId: string }[],
    newRecipients: [] as IdentityRow[],
    newAddresses: [] as IdentityRow[],
    ambiguities: new Map<string, IdentityRow>(),
  };
  for (const prepared of items) {
    const { recipientHash, contacts } = prepared;
    const { tenantId } = prepared.item;
    const recipientKey = identityKey(tenantId, recipientHash);
    const owner = (contact: AcceptedContact): string | undefined =>
      addresses.get(identityKey(tenantId, contact.fingerprint));
    const found = recipients.get(recipientKey) ?? contacts.map(owner).find((personId) => personId !== undefined);
    const personId = found ?? propose(prepared);
    if (found === undefined) plan.newPersons.push({ tenantId, personId });
    if (!recipients.has(recipientKey)) {
      recipients.set(recipientKey, personId);
      plan.newRecipients.push({ tenantId, hash: recipientHash, personId });
    }
    const owned = contacts.map((contact): AcceptedContact => {
      const row = { tenantId, hash: contact.fingerprint, personId };
      const key = identityKey(tenantId, contact.fingerprint);
      const holder = addresses.get(key);
      if (holder === personId) return contact;
      if (holder !== undefined) {
        plan.ambiguities.set(`${key}/${personId}`, row);
        return { ...contact, heldBy: holder };
      }
      addresses.set(key, personId);
      plan.newAddresses.push(row);
      return contact;
    });
    plan.resolved.push({ personId, contacts: owned });
  }
  return { ...plan, ambiguities: [...plan.ambiguities.values()] };
}
