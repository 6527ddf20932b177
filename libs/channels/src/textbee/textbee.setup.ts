import type { ProviderSetup } from '../provider.setup.js';
import { createTextbeeProvider } from './textbee.provider.js';

/** `TEXTBEE_API_KEY`, `_DEVICE_ID`, `_BASE_URL`, `_SIM_SUBSCRIPTION_ID`, `_FROM` (the phone's number), `SMS_MAX_SEGMENTS`. */
export const textbeeSetup: ProviderSetup = {
  key: 'textbee',
  channel: 'sms',
  read: (settings) => {
    const apiKey = settings.optionalSecret('TEXTBEE_API_KEY');
    if (!apiKey) return undefined;
    const deviceId = settings.string('TEXTBEE_DEVICE_ID', { pattern: /^[\w-]{1,64}$/ });
    const baseUrl = settings.url('TEXTBEE_BASE_URL', {
      protocols: ['http', 'https'],
      default: 'https://api.textbee.dev',
    });
    const sim = settings.int('TEXTBEE_SIM_SUBSCRIPTION_ID', { default: -1, min: -1, max: 1_000_000 });
    const address = settings.string('TEXTBEE_FROM', { default: deviceId });
    const maxSegments = settings.int('SMS_MAX_SEGMENTS', { default: 10, min: 1, max: 10 });
    return () => ({
      provider: createTextbeeProvider({
        apiKey: apiKey.reveal(),
        deviceId,
        baseUrl,
        maxSegments,
        ...(sim < 0 ? {} : { simSubscriptionId: sim }),
      }),
      defaultSender: { address },
    });
  },
};
