import type { Channel, ContactsDto } from '@homing/contracts';

/** Fields of `recipient.contacts`, and the channel each is for. */
export const CONTACT_FIELDS: readonly (readonly [keyof ContactsDto, Channel])[] = [
  ['email', 'email'],
  ['sms', 'sms'],
  ['whatsapp', 'whatsapp'],
  ['linkedin', 'linkedin'],
  ['instagram', 'instagram'],
  ['facebook', 'facebook'],
  ['twitter', 'twitter'],
  ['contactForm', 'contact_form'],
];

/** Every address of a recipient with its channel, in the caller's order of preference within each channel. */
export function contactPoints(contacts: ContactsDto): { channel: Channel; address: string }[] {
  return CONTACT_FIELDS.flatMap(([field, channel]) => (contacts[field] ?? []).map((address) => ({ channel, address })));
}

/** The field of a request that holds a channel's addresses. */
export const contactField = (channel: Channel): string =>
  `recipient.contacts.${CONTACT_FIELDS.find(([, of]) => of === channel)?.[0] ?? channel}`;
