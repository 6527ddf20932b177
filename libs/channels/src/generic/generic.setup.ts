import type { ProviderSetup, ReadyProvider, SettingsReader } from '../provider.setup.js';
import { createGenericProvider, type GenericConfig } from './generic.provider.js';

/** `GENERIC_EMAIL_URL`, `_API_KEY`, `_FROM`, `_IDEMPOTENT_SECONDS`, and `PUBLIC_WEBHOOK_URL` for where to report. */
const email: ProviderSetup = {
  key: 'generic_email',
  channel: 'email',
  read: (settings) => {
    if (!settings.has('GENERIC_EMAIL_URL')) return undefined;
    const baseUrl = settings.url('GENERIC_EMAIL_URL', { protocols: ['http', 'https'] });
    const apiKey = settings.secret('GENERIC_EMAIL_API_KEY');
    const address = settings.string('GENERIC_EMAIL_FROM');
    const idempotentSeconds = settings.int('GENERIC_EMAIL_IDEMPOTENT_SECONDS', { default: 0, min: 0, max: A_WEEK });
    return ready(settings, address, () => ({
      channel: 'email',
      baseUrl,
      apiKey: apiKey.reveal(),
      idempotentSeconds,
    }));
  },
};

/** Likewise `GENERIC_SMS_`, and `SMS_MAX_SEGMENTS`. */
const sms: ProviderSetup = {
  key: 'generic_sms',
  channel: 'sms',
  read: (settings) => {
    if (!settings.has('GENERIC_SMS_URL')) return undefined;
    const baseUrl = settings.url('GENERIC_SMS_URL', { protocols: ['http', 'https'] });
    const apiKey = settings.secret('GENERIC_SMS_API_KEY');
    const address = settings.string('GENERIC_SMS_FROM');
    const idempotentSeconds = settings.int('GENERIC_SMS_IDEMPOTENT_SECONDS', { default: 0, min: 0, max: A_WEEK });
    const maxSegments = settings.int('SMS_MAX_SEGMENTS', { default: 10, min: 1, max: 10 });
    return ready(settings, address, () => ({
      channel: 'sms',
      baseUrl,
      apiKey: apiKey.reveal(),
      idempotentSeconds,
      maxSegments,
    }));
  },
};

/** Likewise `GENERIC_WHATSAPP_`. */
const whatsApp: ProviderSetup = {
  key: 'generic_whatsapp',
  channel: 'whatsapp',
  read: (settings) => {
    if (!settings.has('GENERIC_WHATSAPP_URL')) return undefined;
    const baseUrl = settings.url('GENERIC_WHATSAPP_URL', { protocols: ['http', 'https'] });
    const apiKey = settings.secret('GENERIC_WHATSAPP_API_KEY');
    const address = settings.string('GENERIC_WHATSAPP_FROM');
    const idempotentSeconds = settings.int('GENERIC_WHATSAPP_IDEMPOTENT_SECONDS', { default: 0, min: 0, max: A_WEEK });
    return ready(settings, address, () => ({
      channel: 'whatsapp',
      baseUrl,
      apiKey: apiKey.reveal(),
      idempotentSeconds,
    }));
  },
};

export const genericSetups: readonly ProviderSetup[] = [email, sms, whatsApp];

const A_WEEK = 604_800;

function ready(settings: SettingsReader, address: string, config: () => GenericConfig): () => ReadyProvider {
  const publicUrl = settings.url('PUBLIC_WEBHOOK_URL', { protocols: ['http', 'https'], default: '' });
  return () => ({
    provider: createGenericProvider({ ...config(), ...(publicUrl ? { publicUrl } : {}) }),
    defaultSender: { address },
  });
}
