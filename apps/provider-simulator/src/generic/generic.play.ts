import type { ProviderPlay } from '../provider.play.js';
import { genericRoutes, type GenericChannel } from './generic.routes.js';
import { genericPost } from './generic.webhooks.js';

/** `GENERIC_EMAIL_API_KEY` (likewise `_SMS_`, `_WHATSAPP_`; without it any), `GENERIC_WEBHOOK_SECRET` (without it unsigned). */
const playOf = (channel: GenericChannel): ProviderPlay => ({
  provider: `generic_${channel}`,
  routes: (parts) => genericRoutes(channel, parts),
  post: genericPost,
});

export const genericPlays: readonly ProviderPlay[] = [playOf('email'), playOf('sms'), playOf('whatsapp')];
