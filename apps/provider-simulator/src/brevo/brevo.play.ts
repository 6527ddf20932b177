import type { ProviderPlay } from '../provider.play.js';
import { brevoRoutes } from './brevo.routes.js';
import { brevoPost } from './brevo.webhooks.js';

/** Brevo: `BREVO_API_KEY`, `BREVO_WEBHOOK_TOKEN`. */
export const brevoPlay: ProviderPlay = { provider: 'brevo', routes: brevoRoutes, post: brevoPost };
