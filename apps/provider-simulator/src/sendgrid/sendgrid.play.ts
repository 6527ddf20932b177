import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { ProviderPlay } from '../provider.play.js';
import { sendgridRoutes } from './sendgrid.routes.js';
import { sendgridPost } from './sendgrid.webhooks.js';

/** SendGrid: `SENDGRID_API_KEY`, `SIMULATOR_SENDGRID_PRIVATE_KEY` (PKCS 8, PEM or base64 DER; without it unsigned). */
export const sendgridPlay: ProviderPlay = {
  provider: 'sendgrid',
  routes: ({ secret, ...parts }) => {
    const apiKey = secret('SENDGRID_API_KEY');
    return sendgridRoutes({ ...parts, ...(apiKey === undefined ? {} : { apiKey }) });
  },
  post: ({ secret, ...target }) => {
    const text = secret('SIMULATOR_SENDGRID_PRIVATE_KEY');
    return sendgridPost({ ...target, ...(text === undefined ? {} : { privateKey: privateKeyOf(text) }) });
  },
};

function privateKeyOf(text: string): KeyObject {
  if (text.includes('-----BEGIN')) return createPrivateKey(text);
  return createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' });
}
