import type { ProviderPlay } from '../provider.play.js';
import { mandrillRoutes } from './mandrill.routes.js';
import { mandrillPost } from './mandrill.webhooks.js';

/** Mailchimp Transactional: `MANDRILL_API_KEY`, `MANDRILL_WEBHOOK_KEYS`, `MANDRILL_WEBHOOK_URL`. */
export const mandrillPlay: ProviderPlay = { provider: 'mandrill', routes: mandrillRoutes, post: mandrillPost };
