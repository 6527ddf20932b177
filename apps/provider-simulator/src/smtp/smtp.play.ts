import type { ProviderPlay } from '../provider.play.js';
import { listenSmtp } from './smtp.listener.js';
import { smtpPost } from './smtp.webhooks.js';

/** A mail server and the readers behind it: `SIMULATOR_SMTP_PORT` (without it none), `SMTP_PASSWORD`, `SMTP_WEBHOOK_KEYS`. */
export const smtpPlay: ProviderPlay = { provider: 'smtp', listen: listenSmtp, post: smtpPost };
