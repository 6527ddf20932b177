import type { ProviderPlay } from '../provider.play.js';
import { textbeeRoutes } from './textbee.routes.js';
import { textbeePost } from './textbee.webhooks.js';

/** TextBee: `TEXTBEE_API_KEY`, `TEXTBEE_DEVICE_ID` (without them any), `TEXTBEE_WEBHOOK_SECRET` (without it unsigned). */
export const textbeePlay: ProviderPlay = { provider: 'textbee', routes: textbeeRoutes, post: textbeePost };
