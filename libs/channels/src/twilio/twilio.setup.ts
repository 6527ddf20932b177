import type { ProviderSetup, SettingsReader } from '../provider.setup.js';
import { CONTENT_SID } from './twilio.message.js';
import { createTwilioSms, createTwilioWhatsApp, DEFAULT_MAX_SEGMENTS, type TwilioConfig } from './twilio.provider.js';

/**
 * `TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN` or `TWILIO_API_KEY_SID` with `TWILIO_API_KEY_SECRET`, `TWILIO_BASE_URL`,
 * `TWILIO_FROM` (a number, a short code, a name or a messaging service, `MG...`), `SMS_MAX_SEGMENTS`, `PUBLIC_WEBHOOK_URL`.
 */
export const twilioSetup: ProviderSetup = {
  key: 'twilio',
  channel: 'sms',
  read: (settings) => {
    if (!settings.has('TWILIO_ACCOUNT_SID') || !settings.has('TWILIO_FROM')) return undefined;
    const account = readAccount(settings);
    const address = settings.string('TWILIO_FROM');
    const maxSegments = settings.int('SMS_MAX_SEGMENTS', { default: DEFAULT_MAX_SEGMENTS, min: 1, max: 10 });
    return () => ({ provider: createTwilioSms({ ...account(), maxSegments }), defaultSender: { address } });
  },
};

/**
 * The same account, and `TWILIO_WHATSAPP_FROM`: a number without prefix, or a messaging service; `TWILIO_CONTENT_SIDS`:
 * `viewing_reminder/en_US=HX...,welcome=HX...`, so that templates that Meta knows by name can leave through Twilio as well.
 */
export const twilioWhatsAppSetup: ProviderSetup = {
  key: 'twilio_whatsapp',
  channel: 'whatsapp',
  read: (settings) => {
    if (!settings.has('TWILIO_ACCOUNT_SID') || !settings.has('TWILIO_WHATSAPP_FROM')) return undefined;
    const account = readAccount(settings);
    const address = settings.string('TWILIO_WHATSAPP_FROM', { pattern: /^(\+[1-9]\d{6,14}|MG[0-9a-f]{32})$/ });
    const pairs = settings.list('TWILIO_CONTENT_SIDS', { default: [] }).map((pair) => pair.split('='));
    if (!pairs.every(([name, sid, ...more]) => name && CONTENT_SID.test(sid ?? '') && more.length === 0))
      settings.fault('TWILIO_CONTENT_SIDS', 'must be name=HX... or name/language=HX..., comma-separated');
    const contentSids = new Map(pairs.map(([name = '', sid = '']) => [name, sid]));
    return () => ({ provider: createTwilioWhatsApp({ ...account(), contentSids }), defaultSender: { address } });
  },
};

function readAccount(settings: SettingsReader): () => TwilioConfig {
  const accountSid = settings.string('TWILIO_ACCOUNT_SID', { pattern: /^AC[0-9a-f]{32}$/ });
  const apiKeySid = settings.string('TWILIO_API_KEY_SID', { default: '', pattern: /^SK[0-9a-f]{32}$/ });
  const secret = apiKeySid ? settings.secret('TWILIO_API_KEY_SECRET') : settings.secret('TWILIO_AUTH_TOKEN');
  const baseUrl = settings.url('TWILIO_BASE_URL', {
    protocols: ['http', 'https'],
    default: 'https://api.twilio.com',
  });
  const publicUrl = settings.url('PUBLIC_WEBHOOK_URL', { protocols: ['http', 'https'], default: '' });
  return () => ({
    accountSid,
    secret: secret.reveal(),
    baseUrl,
    ...(apiKeySid ? { apiKeySid } : {}),
    ...(publicUrl ? { callbackUrl: `${publicUrl.replace(/\/$/, '')}/webhooks/twilio` } : {}),
  });
}
