import type { OutboundMessage, SendOptions } from '../channel.provider.js';

export const message: OutboundMessage = {
  deliveryId: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1',
  attempt: 1,
  tenantId: 'tenant-1',
  campaignKey: 'spring',
  to: { address: 'person@reader.test', name: 'A Reader' },
  from: { address: 'desk@sender.test', name: 'The Desk' },
  replyTo: { address: 'answers@sender.test' },
  subject: 'A subject',
  html: '<p>Hello</p>',
  text: 'Hello',
};

export const patient = (): SendOptions => ({ signal: new AbortController().signal, timeoutMs: 30_000 });

/** A header of a mail as it was sent, unfolded. */
export const headerOf = (mail: string, name: string): string | undefined =>
  new RegExp(`^${name}:[ \\t]*((?:.*)(?:\\r\\n[ \\t].*)*)`, 'im')
    .exec(mail.split('\r\n\r\n')[0] ?? '')?.[1]
    ?.replace(/\r\n[ \t]/g, ' ');
