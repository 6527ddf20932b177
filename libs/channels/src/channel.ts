/** The ways a person can be reached. */
export const CHANNELS = [
  'email',
  'sms',
  'whatsapp',
  'linkedin',
  'instagram',
  'facebook',
  'twitter',
  'contactForm',
] as const;

export type Channel = (typeof CHANNELS)[number];
