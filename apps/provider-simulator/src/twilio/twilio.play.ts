import type { ProviderPlay } from '../provider.play.js';
import { twilioRoutes } from './twilio.routes.js';
import { twilioPost } from './twilio.webhooks.js';

/** Twilio: `TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN` (it signs, too; without it any account, and nothing is signed). */
export const twilioPlay: ProviderPlay = { provider: 'twilio', routes: twilioRoutes, post: twilioPost };

/** The same account at the same address: which of the two a message is, its `To` says. */
export const twilioWhatsAppPlay: ProviderPlay = { provider: 'twilio_whatsapp', post: twilioPost };
