/** Names of secrets to secrets: the same name, the same secret. */
type SecretOf = (name: string) => string;

/**
 * The sandbox's accounts at Twilio (SMS and WhatsApp), TextBee, and the generic providers, played at `simulator`; they report to
 * `publicUrl`.
 */
export function numberAccounts(simulator: string, publicUrl: string, secretOf: SecretOf) {
  const signed = {
    TEXTBEE_WEBHOOK_SECRET: secretOf('TEXTBEE_WEBHOOK_SECRET'),
    GENERIC_WEBHOOK_SECRET: `whsec_${Buffer.from(secretOf('GENERIC_WEBHOOK_SECRET'), 'hex').toString('base64')}`,
  };
  const shared = {
    TWILIO_ACCOUNT_SID: `AC${secretOf('TWILIO_ACCOUNT_SID').slice(0, 32)}`,
    TWILIO_AUTH_TOKEN: secretOf('TWILIO_AUTH_TOKEN').slice(0, 32),
    TEXTBEE_API_KEY: secretOf('TEXTBEE_API_KEY'),
    TEXTBEE_DEVICE_ID: secretOf('TEXTBEE_DEVICE_ID').slice(0, 24),
    GENERIC_EMAIL_API_KEY: secretOf('GENERIC_EMAIL_API_KEY'),
    GENERIC_SMS_API_KEY: secretOf('GENERIC_SMS_API_KEY'),
    GENERIC_WHATSAPP_API_KEY: secretOf('GENERIC_WHATSAPP_API_KEY'),
  };
  return {
    simulator: { ...shared, ...signed },
    gateway: {
      ...shared,
      PUBLIC_WEBHOOK_URL: publicUrl,
      TWILIO_BASE_URL: simulator,
      TWILIO_FROM: '+15005550006',
      TWILIO_WHATSAPP_FROM: '+15005550006',
      // The sandbox's template, as this account knows it.
      TWILIO_CONTENT_SIDS: `business_page_intro/en=HX${secretOf('TWILIO_CONTENT_SIDS').slice(0, 32)}`,
      TEXTBEE_BASE_URL: simulator,
      GENERIC_EMAIL_URL: simulator,
      GENERIC_EMAIL_FROM: 'hello@sandbox.test',
      GENERIC_SMS_URL: simulator,
      GENERIC_SMS_FROM: '+15005550006',
      GENERIC_WHATSAPP_URL: simulator,
      GENERIC_WHATSAPP_FROM: '+15005550006',
    },
    ingestion: { TWILIO_WEBHOOK_AUTH_TOKEN: shared.TWILIO_AUTH_TOKEN, ...signed },
  };
}
