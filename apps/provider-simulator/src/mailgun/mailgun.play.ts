import type { ProviderPlay } from '../provider.play.js';
import { mailgunRoutes } from './mailgun.routes.js';
import { mailgunPost } from './mailgun.webhooks.js';

/** Mailgun: `MAILGUN_API_KEY`, `MAILGUN_WEBHOOK_SIGNING_KEY`. */
export const mailgunPlay: ProviderPlay = { provider: 'mailgun', routes: mailgunRoutes, post: mailgunPost };
