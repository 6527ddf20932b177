import { simulatorSmtpPort } from './port.table.js';
import type { SandboxAccount } from './sandbox.accounts.js';

type SecretOf = (name: string) => string;

/** Accounts at the email providers that are called over HTTP besides SendGrid. `simulator`: where they are played; `hooks`: where we hear. */
export function mailAccounts(simulator: string, hooks: string, secretOf: SecretOf): SandboxAccount[] {
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
    smtpAccount(simulator, hooks, secretOf),
    mandrillAccount(simulator, hooks, secretOf),
  ];
}

/** A mail server on a port of its own, with our own tracking. */
function smtpAccount(simulator: string, hooks: string, secretOf: SecretOf): SandboxAccount {
  const password = { SMTP_PASSWORD: secretOf('SMTP_PASSWORD') };
  const keys = { SMTP_WEBHOOK_KEYS: Buffer.from(secretOf('SMTP_WEBHOOK_KEYS'), 'hex').toString('base64') };
  const tracking = { TRACKING_KEYS: secretOf('TRACKING_KEYS') };
  const port = String(simulatorSmtpPort(simulator));
  return {
    simulator: { ...password, ...keys, SIMULATOR_SMTP_PORT: port },
    gateway: {
      ...password,
      ...tracking,
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: port,
      SMTP_SECURITY: 'none',
      SMTP_USER: 'homing',
      SMTP_FROM_EMAIL: 'hello@sandbox.test',
      SMTP_FROM_NAME: 'Homing Sandbox',
      SMTP_BOUNCE_DOMAIN: 'bounces.sandbox.test',
      TRACKING_BASE_URL: hooks,
    },
    ingestion: { ...keys, ...tracking },
  };
}

function mandrillAccount(simulator: string, hooks: string, secretOf: SecretOf): SandboxAccount {
  const api = { MANDRILL_API_KEY: secretOf('MANDRILL_API_KEY') };
  const webhook = {
    MANDRILL_WEBHOOK_KEYS: secretOf('MANDRILL_WEBHOOK_KEYS'),
    MANDRILL_WEBHOOK_URL: `${hooks}/webhooks/mailchimp`,
  };
  return {
    simulator: { ...api, ...webhook },
    gateway: {
      ...api,
      MANDRILL_BASE_URL: simulator,
      MANDRILL_FROM_EMAIL: 'hello@sandbox.test',
      MANDRILL_FROM_NAME: 'Homing Sandbox',
    },
    ingestion: webhook,
  };
}
