import type { SandboxAccount } from './sandbox.accounts.js';

/** Accounts at the email providers that are called over HTTP besides SendGrid. `simulator`: where they are played. */
export function mailAccounts(simulator: string, secretOf: (name: string) => string): SandboxAccount[] {
  const mailgun = { MAILGUN_API_KEY: secretOf('MAILGUN_API_KEY') };
  const signing = { MAILGUN_WEBHOOK_SIGNING_KEY: secretOf('MAILGUN_WEBHOOK_SIGNING_KEY') };
  const brevo = { BREVO_API_KEY: secretOf('BREVO_API_KEY') };
  const token = { BREVO_WEBHOOK_TOKEN: secretOf('BREVO_WEBHOOK_TOKEN') };
  return [
    {
      simulator: { ...mailgun, ...signing },
      gateway: {
        ...mailgun,
        MAILGUN_BASE_URL: simulator,
        MAILGUN_DOMAIN: 'mg.sandbox.test',
        MAILGUN_FROM_EMAIL: 'hello@mg.sandbox.test',
        MAILGUN_FROM_NAME: 'Homing Sandbox',
      },
      ingestion: signing,
    },
    {
      simulator: { ...brevo, ...token },
      gateway: {
        ...brevo,
        BREVO_BASE_URL: simulator,
        BREVO_FROM_EMAIL: 'hello@sandbox.test',
        BREVO_FROM_NAME: 'Homing Sandbox',
      },
      ingestion: token,
    },
  ];
}
