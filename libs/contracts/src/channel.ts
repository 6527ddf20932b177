/** Every channel the product names. `phone` is named so that it can be refused clearly until it exists. */
export const CHANNELS = [
  'email',
  'sms',
  'whatsapp',
  'linkedin',
  'instagram',
  'facebook',
  'twitter',
  'contact_form',
  'phone',
] as const;

export type Channel = (typeof CHANNELS)[number];

export const isChannel = (value: unknown): value is Channel => CHANNELS.includes(value as Channel);
