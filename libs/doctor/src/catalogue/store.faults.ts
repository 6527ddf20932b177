import type { Fault } from './fault.js';

export const STORE_FAULTS = {
  EVENT_STORE_UNREACHABLE: {
    severity: 'fail',
    meaning:
      'The event store does not answer. Requests are accepted; nothing is decided, sent or recorded until it is back.',
    found: 'Asking for the end of its log.',
    mend: 'Start it, or mend the way to it; nothing is lost meanwhile. Locally: logs/event-store-dev.log and logs/postgres-events.log.',
  },
  EVENT_STORE_REFUSED: {
    severity: 'fail',
    meaning: 'The event store answers and refuses us.',
    found: 'The answer to asking for the end of its log: access denied, or not authenticated.',
    mend: 'Mend user and password in EVENTSTORE_URL.',
  },
  EVENT_STORE_RESTORED: {
    severity: 'fail',
    meaning:
      'The event store does not hold what was seen of it: it was restored from a backup, or another one answers. Nothing is sent.',
    found: 'Holding the store against the mark that the projector keeps in the read database and on the bus.',
    mend: 'If the restore is meant: npm run projector -- confirm-restore (docs/reliability.md, Restore). If not: bring back the right store; everything goes on by itself.',
  },
  DATABASE_UNREACHABLE: {
    severity: 'fail',
    meaning:
      'A Postgres database does not answer. Without the vault nothing is accepted or sent; without the read database nothing is listed, woken or retried.',
    found: 'Connecting and asking for the time.',
    mend: 'Start it, or mend the way to it. Locally: logs/postgres.log.',
  },
  DATABASE_REFUSED: {
    severity: 'fail',
    meaning: 'A Postgres database answers and refuses us: wrong password, no such database, no right.',
    found: 'The answer to connecting and asking for the time.',
    mend: 'Mend user, password and database in the address it was asked with. In production `provision up` makes databases and roles and sets their passwords.',
  },
  DATABASE_SCHEMA_OLD: {
    severity: 'fail',
    meaning: 'The tables of a database are not those of this release: services fail at what is missing.',
    found: 'Asking which migrations the schema holds.',
    mend: 'Run the migrations before the services: npm start does; in production `provision up`.',
  },
  DATABASE_SCHEMA_NEWER: {
    severity: 'fail',
    meaning: 'A newer release has changed the tables of a database: what this one writes may not fit.',
    found: 'Asking which migrations the schema holds.',
    mend: 'Run the newer release again, or restore the database from before it.',
  },
  ROLE_RIGHTS_MISSING: {
    severity: 'fail',
    meaning: 'A role may not do what its services have to do: they fail with every statement of that kind.',
    found: 'Asking the database for the rights of the role it is asked with.',
    mend: 'Run the migrations again, which grant them: npm start does; in production `provision up`.',
  },
  GATE_BEHIND: {
    severity: 'fail',
    meaning:
      'Addresses that were held back more than five minutes ago are let through by the gate: its table lacks them.',
    found:
      'Holding what is projected of the streams of addresses against the table vault.suppression, the first 5,000.',
    mend: 'Restart an orchestrator: it brings the table up to the streams at its start, and every hour.',
  },
  POSTGRES_OLD: {
    severity: 'fail',
    meaning: 'The Postgres server is older than 15.',
    found: 'Asking the server for its version.',
    mend: 'Upgrade the server to 15 or newer.',
  },
  POSTGRES_NOT_DURABLE: {
    severity: 'warn',
    meaning:
      'Postgres acknowledges before it has written to the disk: a loss of power may take back what was acknowledged.',
    found: 'Asking the server for fsync, synchronous_commit and full_page_writes.',
    mend: 'Set fsync = on, full_page_writes = on and synchronous_commit = on (or local, remote_write, remote_apply).',
  },
  BUS_UNREACHABLE: {
    severity: 'fail',
    meaning:
      'The bus (NATS) does not answer. The API answers 503, webhooks are refused and come again, nothing is sent.',
    found: 'Connecting to it.',
    mend: 'Start nats-server, or mend the way to it. Locally: logs/nats.log.',
  },
  BUS_REFUSED: {
    severity: 'fail',
    meaning: 'The bus answers and refuses us.',
    found: 'The answer to connecting: authorization violation.',
    mend: 'Mend user and password in NATS_URL; in production the users stand in deploy/nats/nats.conf and its secrets.',
  },
  BUS_OLD: {
    severity: 'fail',
    meaning: 'nats-server is older than 2.9.',
    found: 'What the server says of itself.',
    mend: 'Upgrade it to 2.10 or newer.',
  },
  BUS_NOT_POWER_SAFE: {
    severity: 'warn',
    meaning:
      'nats-server acknowledges before it has written through to the disk: safe against kills, not against the loss of power.',
    found: 'What the server says of itself: before 2.10 it cannot. Locally also its configuration: no sync_interval.',
    mend: 'Upgrade it to 2.10 or newer with `sync_interval: always`, or run three replicas.',
  },
} as const satisfies Record<string, Fault>;
