import { createHmac } from 'node:crypto';
import type { LocalSecrets } from '../home/home.secrets.js';
import type { LocalAddresses } from './local.addresses.js';
import { mailAccounts } from './mail.accounts.js';
import { numberAccounts } from './number.accounts.js';

/** What one local stack is told of one provider: the same account for whoever plays it, calls it and hears it. */
export interface SandboxAccount {
  readonly simulator: Record<string, string>;
  readonly gateway: Record<string, string>;
  readonly ingestion: Record<string, string>;
}

/** What of the sandbox is not as nearly everybody has it. */
export interface SandboxWishes {
  /** The sandbox is an approved partner of LinkedIn's: messages leave through its API. Default false. */
  readonly linkedInPartner?: boolean;
}

/** Makes the secrets of sandbox accounts: the same name, the same secret, as long as the home lives. Hex, 64 characters. */
export const accountSecrets =
  ({ fingerprintKey }: Pick<LocalSecrets, 'fingerprintKey'>) =>
  (name: string): string =>
    createHmac('sha256', fingerprintKey).update(`sandbox account ${name}`).digest('hex');

/** The accounts of the sandbox at every provider that is played, one entry each. Callers differ in addresses and keys only from those of a real account. */
export function sandboxAccounts(
  at: LocalAddresses,
  secrets: LocalSecrets,
  { linkedInPartner = false }: SandboxWishes = {},
): SandboxAccount[] {
  return [
    {
      simulator: {
        SENDGRID_API_KEY: secrets.sendgridApiKey,
        SIMULATOR_SENDGRID_PRIVATE_KEY: secrets.sendgridWebhookPrivateKey,
      },
      gateway: {
        SENDGRID_API_KEY: secrets.sendgridApiKey,
        SENDGRID_BASE_URL: at.http('provider-simulator'),
        SENDGRID_FROM_EMAIL: 'hello@sandbox.test',
        SENDGRID_FROM_NAME: 'Homing Sandbox',
      },
      ingestion: { SENDGRID_WEBHOOK_PUBLIC_KEY: secrets.sendgridWebhookPublicKey },
    },
    ...mailAccounts(at.http('provider-simulator'), at.http('webhook-ingestion'), accountSecrets(secrets)),
    metaAccount(at, accountSecrets(secrets)),
    xAccount(at, accountSecrets(secrets)),
    handedOn(at.http('provider-simulator'), linkedInPartner ? accountSecrets(secrets) : undefined),
    numberAccounts(at.http('provider-simulator'), at.http('webhook-ingestion'), accountSecrets(secrets)),
  ];
}

/** A number, a page and a professional account, under one app; Instagram's login is an app of its own. */
function metaAccount(at: LocalAddresses, secret: (name: string) => string): SandboxAccount {
  const tokens = {
    WHATSAPP_ACCESS_TOKEN: secret('WHATSAPP_ACCESS_TOKEN'),
    MESSENGER_PAGE_TOKEN: secret('MESSENGER_PAGE_TOKEN'),
    INSTAGRAM_ACCESS_TOKEN: secret('INSTAGRAM_ACCESS_TOKEN'),
  };
  const apps = { META_APP_SECRET: secret('META_APP_SECRET'), INSTAGRAM_APP_SECRET: secret('INSTAGRAM_APP_SECRET') };
  const verify = { META_VERIFY_TOKEN: secret('META_VERIFY_TOKEN') };
  return {
    simulator: { ...tokens, ...apps, ...verify },
    gateway: {
      ...tokens,
      ...apps,
      WHATSAPP_BASE_URL: `${at.http('provider-simulator')}/whatsapp`,
      WHATSAPP_PHONE_NUMBER_ID: '106500000000000',
      MESSENGER_BASE_URL: `${at.http('provider-simulator')}/messenger`,
      MESSENGER_PAGE_ID: '200100000000000',
      INSTAGRAM_BASE_URL: `${at.http('provider-simulator')}/instagram`,
    },
    ingestion: { ...apps, ...verify },
  };
}

function xAccount(at: LocalAddresses, secret: (name: string) => string): SandboxAccount {
  const user = { X_ACCESS_TOKEN: secret('X_ACCESS_TOKEN'), X_USER_ID: '1000000000000000000' };
  const signing = { X_CONSUMER_SECRET: secret('X_CONSUMER_SECRET') };
  return {
    simulator: { ...user, ...signing },
    gateway: { ...user, X_BASE_URL: `${at.http('provider-simulator')}/x` },
    ingestion: signing,
  };
}

/**
 * LinkedIn without a partner's token, as nearly everybody has it (`partner` makes one): each message is a task for a person. Contact forms of the simulator's own
 * site and of no other: it is on this machine, and only what is named here may be.
 */
function handedOn(simulator: string, partner?: (name: string) => string): SandboxAccount {
  const token: Record<string, string> = partner ? { LINKEDIN_ACCESS_TOKEN: partner('LINKEDIN_ACCESS_TOKEN') } : {};
  return { simulator: token, gateway: { ...token, ...handedOnBy(simulator) }, ingestion: {} };
}

const handedOnBy = (simulator: string): Record<string, string> => ({
  LINKEDIN_MEMBER: 'urn:li:person:sandbox',
  LINKEDIN_BASE_URL: `${simulator}/linkedin`,
  CONTACT_FORM_FROM_EMAIL: 'hello@sandbox.test',
  CONTACT_FORM_FROM_NAME: 'Homing Sandbox',
  CONTACT_FORM_LOOPBACK_SITES: new URL(simulator).host,
});

/** Everything one service is told of all accounts. */
export const toldOf = (accounts: readonly SandboxAccount[], service: keyof SandboxAccount): Record<string, string> =>
  Object.assign({}, ...accounts.map((account) => account[service])) as Record<string, string>;
