import { randomBytes, randomUUID } from 'node:crypto';
import { busUsers, natsSecrets, rolesOf, type DatabaseName } from '@homing/provisioning';

/** Where the services find the stores. */
export interface StoreHosts {
  readonly postgres: string;
  readonly nats: string;
  readonly eventStore: string;
}

export interface SecretParts {
  readonly hosts?: Partial<StoreHosts>;
  /** What stands in a file already; undefined when there is none. */
  readonly existing: (name: string) => string | undefined;
  readonly vaultKeys: () => Promise<{ sealKey: string; openKey: string }>;
  readonly fingerprintKey: () => string;
}

/** What nobody can make: file and where it comes from. */
export const GIVEN_BY_OPERATOR: Readonly<Record<string, string>> = {
  'sendgrid-api-key': 'SendGrid: Settings, API Keys',
  'sendgrid-webhook-public-key': 'SendGrid: Mail Settings, Event Webhook, Signature Verification',
  'ca.crt': 'deploy/make-certificates.sh, or your own authority',
};

const defaultHosts: StoreHosts = { postgres: 'postgres:5432', nats: 'nats:4222', eventStore: 'event-store:2113' };
const inProduction: readonly DatabaseName[] = ['vault', 'read'];
const password = (): string => randomBytes(24).toString('base64url');
const dashed = (role: string): string => role.replaceAll('_', '-');
const passwordIn = (url: string): string => decodeURIComponent(new URL(url).password);

export const databaseUrlFile = (role: string): string => `${dashed(role)}-database-url`;
export const busUrlFile = (user: string): string => `nats-${user}-url`;

/**
 * Every secret of an installation by file name: those that exist as they are, missing ones made, those that follow from others
 * (marked by `derived`) made anew each time. @throws Error when one half of a key pair is missing
 */
export async function makeSecrets(parts: SecretParts): Promise<{ kept: Files; made: Files; derived: Files }> {
  const { existing } = parts;
  const hosts = { ...defaultHosts, ...parts.hosts };
  const [kept, made]: [Files, Files] = [{}, {}];
  const take = (name: string, make: () => string): string => {
    const there = existing(name);
    return there === undefined ? (made[name] = make()) : (kept[name] = there);
  };

  take('id-namespace', randomUUID);
  take('fingerprint-key', parts.fingerprintKey);
  for (const name of ['vault', 'dead-letter', 'webhook-keys']) {
    const pair = await keyPair(name, parts);
    take(`${name}-seal-key`, () => pair.sealKey);
    take(`${name}-open-key`, () => pair.openKey);
  }
  for (const database of inProduction)
    for (const role of rolesOf(database))
      take(
        databaseUrlFile(role),
        () => `postgres://${role}:${password()}@${hosts.postgres}/${database}?sslmode=verify-full`,
      );
  const users = Object.keys(busUsers).map((user) => {
    const url = take(busUrlFile(user), () => `tls://${user}:${password()}@${hosts.nats}`);
    return [user, passwordIn(url)] as const;
  });
  take('metrics-token', password);
  // Several, comma-separated, while one replaces another: the first signs.
  take('unsubscribe-keys', () => randomBytes(32).toString('base64url'));
  // Likewise; one that is taken away breaks the links of the mails it signed.
  take('tracking-keys', () => randomBytes(32).toString('base64url'));
  take('smtp-webhook-keys', () => randomBytes(32).toString('base64'));
  const jetstreamKey = take('jetstream-key', password);
  const postgresAdmin = take('postgres-admin-password', password);
  const eventStoreAdmin = take('event-store-admin-password', password);
  const eventStoreOps = take('event-store-ops-password', password);
  const derived = {
    'nats-secrets.conf': natsSecrets(Object.fromEntries(users), jetstreamKey),
    'postgres-admin-url': `postgres://postgres:${encodeURIComponent(postgresAdmin)}@${hosts.postgres}/postgres?sslmode=verify-full`,
    // The server's image takes these from the environment only.
    'event-store.env': `EVENTSTORE_DEFAULT_ADMIN_PASSWORD=${eventStoreAdmin}\nEVENTSTORE_DEFAULT_OPS_PASSWORD=${eventStoreOps}\n`,
    'event-store-url': `esdb://admin:${encodeURIComponent(eventStoreAdmin)}@${hosts.eventStore}?tls=true`,
  };
  return { kept, made, derived };
}

type Files = Record<string, string>;

async function keyPair(
  name: string,
  { existing, vaultKeys }: SecretParts,
): Promise<{ sealKey: string; openKey: string }> {
  const [seal, open] = [existing(`${name}-seal-key`), existing(`${name}-open-key`)];
  if ((seal === undefined) !== (open === undefined))
    throw new Error(`of ${name}-seal-key and ${name}-open-key one is missing: restore it, or remove the other`);
  return seal === undefined ? vaultKeys() : { sealKey: seal, openKey: open ?? '' };
}
