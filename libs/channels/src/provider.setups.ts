import type { ProviderSetup, WebhookSetup } from './provider.setup.js';
import { sendgridSetup } from './sendgrid/sendgrid.setup.js';
import { sendgridWebhookSetup } from './sendgrid/sendgrid.webhook-setup.js';
import { smtpSetup } from './smtp/smtp.setup.js';

/** Every provider that messages can leave through, a line each; an installation uses those it has accounts for. */
export const PROVIDER_SETUPS: readonly ProviderSetup[] = [sendgridSetup, smtpSetup];

/** Every webhook that can be heard, a line each. */
export const WEBHOOK_SETUPS: readonly WebhookSetup[] = [sendgridWebhookSetup];
