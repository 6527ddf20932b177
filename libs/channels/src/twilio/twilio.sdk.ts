// CommonJS packages whose names Node's ESM finds on their default export only.
import type twilio from 'twilio';
import webhooks from 'twilio/lib/webhooks/webhooks.js';

export type SdkClient = InstanceType<typeof twilio.RequestClient>;

/** The client, some 30 MB: loaded by the first message. */
export const loadTwilio = async (): Promise<typeof twilio> => (await import('twilio')).default;

/** The validator stands alone: who only hears Twilio is spared the client. */
export const { validateRequest, getExpectedTwilioSignature } = webhooks;
