import { createHmac } from 'node:crypto';
import type { LocalSecrets } from '../home/home.secrets.js';
import type { LocalAddresses } from './local.addresses.js';

/** What one local stack is told of one provider: the same account for whoever plays it, calls it and hears it. */
export interface SandboxAccount {
  readonly simulator: Record<string, string>;
  readonly gateway: Record<string, string>;
  readonly ingestion: Record<string, string>;
}

/** Makes the secrets of sandbox accounts: the same name, the same secret, as long as the home lives. Hex, 64 characters. */
export const accountSecrets =
  ({ fingerprintKey }: Pick<LocalSecrets, 'fingerprintKey'>) =>
  (name: string): string =>
    createHmac('sha256', fingerprintKey).update(`sandbox account ${name}`).digest('hex');

/** The accounts of the sandbox at every provider that is played, one entry each. Callers differ in addresses and keys only from those of a real account. */
export function sandboxAccounts(at: LocalAddresses, secrets: LocalSecrets): SandboxAccount[] {
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
  ];
}

/** Everything one service is told of all accounts. */
export const toldOf = (accounts: readonly SandboxAccount[], service: keyof SandboxAccount): Record<string, string> =>
  Object.assign({}, ...accounts.map((account) => account[service])) as Record<string, string>;
