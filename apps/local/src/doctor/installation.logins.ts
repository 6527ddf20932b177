import type { LocalParts } from '../wiring/local.addresses.js';
import { localAddresses } from '../wiring/local.addresses.js';

/** Addresses of stores, each with a login. What is absent is not looked at. */
export interface InstallationLogins {
  readonly eventStore?: string | undefined;
  readonly bus?: string | undefined;
  /** As `read_system`. */
  readonly read?: string | undefined;
  /** As `read_owner`: which migrations the schema holds. */
  readonly readOwner?: string | undefined;
  /** As `vault_intake`. */
  readonly vault?: string | undefined;
  readonly vaultOwner?: string | undefined;
  /** As `vault_desk`. */
  readonly desk?: string | undefined;
}

export function loginsOfHome(parts: LocalParts): InstallationLogins {
  const at = localAddresses(parts);
  return {
    eventStore: at.eventStore,
    bus: at.bus('doctor'),
    read: at.database('read_system'),
    readOwner: at.database('read_owner'),
    vault: at.database('vault_intake'),
    vaultOwner: at.database('vault_owner'),
    desk: at.database('vault_desk'),
  };
}

/** Name of the setting each login is read from. */
const SETTINGS: Readonly<Record<keyof InstallationLogins, string>> = {
  eventStore: 'EVENTSTORE_URL',
  bus: 'NATS_URL',
  read: 'READ_DATABASE_URL',
  readOwner: 'READ_OWNER_DATABASE_URL',
  vault: 'VAULT_DATABASE_URL',
  vaultOwner: 'VAULT_OWNER_DATABASE_URL',
  desk: 'VAULT_DESK_DATABASE_URL',
};

export interface GivenInstallation {
  readonly logins: InstallationLogins;
  /** Service -> address. */
  readonly services: readonly (readonly [name: string, url: string])[];
  /** Settings that are no address, by name. Never their values. */
  readonly faulty: readonly string[];
}

/** What the environment says of an installation elsewhere: the stores' addresses, and `DOCTOR_SERVICES=api=https://...,...`. */
export function givenInstallation(environment: NodeJS.ProcessEnv): GivenInstallation {
  const faulty: string[] = [];
  const address = (name: string, value: string | undefined): string | undefined => {
    if (!value) return undefined;
    if (URL.canParse(value)) return value;
    faulty.push(name);
    return undefined;
  };
  const logins = Object.fromEntries(
    Object.entries(SETTINGS).map(([key, name]) => [key, address(name, environment[name])]),
  ) as InstallationLogins;
  const services = (environment['DOCTOR_SERVICES'] ?? '')
    .split(',')
    .filter(Boolean)
    .flatMap((pair) => {
      const at = pair.indexOf('=');
      const url = address('DOCTOR_SERVICES', at < 1 ? pair : pair.slice(at + 1));
      return url ? [[pair.slice(0, at).trim(), url.replace(/\/$/, '')] as const] : [];
    });
  return { logins, services, faulty: [...new Set(faulty)] };
}
