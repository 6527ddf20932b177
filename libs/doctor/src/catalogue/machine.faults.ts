import type { Fault } from './fault.js';

export const MACHINE_FAULTS = {
  SERVICE_DOWN: {
    severity: 'fail',
    meaning: 'A service is not running, or nothing answers at its address.',
    found: 'services.json names no process, or one that is gone; or GET /health/live is refused.',
    mend: 'The launcher starts it again by itself; one that keeps ending says why in logs/<service>.log.',
  },
  SERVICE_HUNG: {
    severity: 'fail',
    meaning: 'The process of a service is there and does not answer: it is frozen, or its event loop is blocked.',
    found: 'GET /health/live gets no answer within five seconds, at two looks, while the process is alive.',
    mend: 'Kill it (its pid is in services.json): the launcher starts it again, another one takes over meanwhile, and nothing is lost.',
  },
  SERVICE_NOT_READY: {
    severity: 'fail',
    meaning:
      'A service has been running for a while and cannot do its work; it says why. Within its first minute it is only told.',
    found: 'GET /health/ready.',
    mend: 'Mend what it names. Most reasons are faults of this list: a store that is away, a projection that stands still.',
  },
  SERVICE_RESTARTING: {
    severity: 'warn',
    meaning: 'A service has ended and was started again several times.',
    found: 'Three or more restarts in services.json; a failure when its process is younger than a minute.',
    mend: 'Its last words stand in logs/<service>.log.',
  },
  CLOCK_SKEW: {
    severity: 'warn',
    meaning:
      'The clocks of this machine and of a database differ. Leases, deadlines and quiet hours are reckoned by several clocks.',
    found: 'Asking the database for its time; one second is told, five are a failure.',
    mend: 'Let all machines keep time with NTP.',
  },
  DISK_LOW: {
    severity: 'warn',
    meaning: 'The disk that holds the stores is nearly full. A full one stops them; what was acknowledged stays.',
    found: 'Asking the file system: less than 10 % or 2 GB is told, less than 2 % or 500 MB is a failure.',
    mend: 'Make room. Replaced read models can be dropped (drop schema read_model_replaced_... cascade), logs can be deleted.',
  },
  NODE_OLD: {
    severity: 'fail',
    meaning: 'The Node that runs is older than the oldest this release is tried with.',
    found: 'The version of the Node that runs the doctor.',
    mend: 'npm start brings the right one; elsewhere install Node 24 LTS.',
  },
  PLAINTEXT_ADDRESS: {
    severity: 'fail',
    meaning:
      'An address on another machine is not encrypted: passwords and personal data cross the network in the clear.',
    found: 'Reading the addresses the services are given, in production or not.',
    mend: 'Use tls:// for the bus, sslmode=verify-full for Postgres, tls=true for the event store; ALLOW_PLAINTEXT_HOSTS only where the network is trusted.',
  },
  WEAK_SECRET: {
    severity: 'fail',
    meaning: 'A password is missing, short, or one that everybody knows.',
    found: 'Reading the passwords in the addresses the services are given. Without any is told only, on this machine.',
    mend: 'Choose a long random one; `provision secrets` makes them all. EventStoreDB begins with admin:changeit, which is to be changed first.',
  },
  EXAMINATION_FAILED: {
    severity: 'warn',
    meaning: 'The doctor could not look: this says nothing about what it wanted to look at.',
    found: 'An examination that failed in itself or took more than thirty seconds.',
    mend: 'Run it again; the code behind it says what failed.',
  },
} as const satisfies Record<string, Fault>;
