import { setTimeout as pause } from 'node:timers/promises';
import {
  askBus,
  askPostgres,
  examineBus,
  examineConsumers,
  examineEventStore,
  examineGate,
  examineStreams,
  type BusAsking,
  type Examination,
} from '@homing/doctor';
import { connectEventStore } from '@homing/event-store';
import { busConsumers } from '@homing/provisioning';
import { connectReadModel, createSystemQueries, keptMark } from '@homing/read-model';
import { openVaultDatabase } from '@homing/vault/intake';
import { createSuppressionStore } from '@homing/vault/suppression';
import { examineRead, examineVault, heldBackIn, READ, VAULT } from './database.examinations.js';
import type { InstallationLogins } from './installation.logins.js';

export interface InstallationAsking {
  readonly examinations: readonly Examination[];
  readonly close: () => Promise<void>;
}

export interface AskingOptions {
  /** Whether the configuration of the bus makes it write through, where it can be seen. */
  readonly writesThrough?: () => boolean | undefined;
}

/** The stores of an installation, asked with these logins. Nothing connects before it is asked. */
export function askInstallation(logins: InstallationLogins, options: AskingOptions = {}): InstallationAsking {
  const { eventStore, read, vault } = logins;
  const store = eventStore === undefined ? undefined : connectEventStore({ url: eventStore, readTimeoutMs: 10_000 });
  const readModel =
    read === undefined
      ? undefined
      : connectReadModel({ connectionString: read, applicationName: 'homing doctor', max: 2, queryTimeoutMs: 10_000 });
  const vaultDb = vault === undefined ? undefined : openVaultDatabase({ url: vault, maxConnections: 1 });
  const bus = logins.bus === undefined ? undefined : askBus(logins.bus, busConsumers);
  const marks = [...(readModel ? [() => keptMark(readModel)] : []), ...(bus ? [bus.mark] : [])];
  const desk = logins.desk === undefined ? undefined : askPostgres(logins.desk);
  const ownerOf = (url: string | undefined) => (url === undefined ? undefined : askPostgres(url));
  const examinations: Examination[] = [
    ...(read !== undefined && readModel
      ? examineRead({ ask: askPostgres(read), owner: ownerOf(logins.readOwner), readModel, pause: () => pause(3_000) })
      : []),
    ...(vault !== undefined && vaultDb
      ? examineVault({ ask: askPostgres(vault), owner: ownerOf(logins.vaultOwner), vault: vaultDb, desk })
      : []),
    ...(readModel && vaultDb
      ? [examineGate(gateOf(createSystemQueries(readModel), createSuppressionStore(vaultDb)), [READ, VAULT])]
      : []),
    ...(bus ? busExaminations({ ...bus, ...options }) : []),
    ...(store ? [examineEventStore(store, marks)] : []),
  ];
  const close = async (): Promise<void> => {
    await Promise.allSettled([store?.dispose(), readModel?.close(), vaultDb?.destroy(), bus?.close()]);
  };
  return { examinations, close };
}

const busExaminations = (bus: BusAsking): Examination[] => [
  examineBus(bus),
  examineStreams(bus),
  examineConsumers(bus),
];

function gateOf(
  queries: ReturnType<typeof createSystemQueries>,
  contacts: ReturnType<typeof createSuppressionStore>,
): Parameters<typeof examineGate<{ tenantId: string; fingerprint: string }>>[0] {
  return {
    heldBack: () => heldBackIn(queries),
    letThrough: async (refs) =>
      (await contacts.suppressedContacts(refs)).filter((reason) => reason === undefined).length,
  };
}
