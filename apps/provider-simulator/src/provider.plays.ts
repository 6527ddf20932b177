import type { ProviderPlay } from './provider.play.js';
import { sendgridPlay } from './sendgrid/sendgrid.play.js';

/** Every provider that is played here, a line each. */
export const PROVIDER_PLAYS: readonly ProviderPlay[] = [sendgridPlay];
