import type { Fault } from './fault.js';

/** Of a local stack. */
export const HOME_FAULTS = {
  HOME_OPEN: {
    severity: 'fail',
    meaning: 'Others on this machine can read the home: it holds every key and password of the stack.',
    found: 'The rights of OUTREACH_HOME.',
    mend: 'chmod 700 on it; npm start does so by itself where the folder is yours.',
  },
  SECRETS_OPEN: {
    severity: 'fail',
    meaning: 'Others on this machine can read a file of secrets.',
    found: 'The rights of secrets.json and env.',
    mend: 'chmod 600 on it; if others were on the machine, start with --fresh.',
  },
  SECRETS_DAMAGED: {
    severity: 'fail',
    meaning: 'secrets.json cannot be read. Without it the stored data cannot be opened, and nothing starts.',
    found: 'Reading secrets.json.',
    mend: 'Restore it from a copy; without one, start with --fresh: everything stored is lost.',
  },
  SECRETS_MISSING: {
    severity: 'fail',
    meaning: 'There is no secrets.json, and there are stores: what they hold cannot be opened without it.',
    found: 'Looking for secrets.json where there are stores.',
    mend: 'Restore it from a copy; without one, start with --fresh: everything stored is lost.',
  },
  ENV_MISSING: {
    severity: 'warn',
    meaning: 'The file env is missing or names no API: people and programs that read it find nothing.',
    found: 'Reading it while a launcher has been running for two minutes.',
    mend: 'Restart: npm start writes it.',
  },
  SIMULATOR_MISBEHAVES: {
    severity: 'warn',
    meaning: 'The simulator was told to fail, to be slow or to hold back webhooks, and still is.',
    found: 'GET /_behaviour of the simulator, against a provider on its best day.',
    mend: 'curl -X DELETE $SIMULATOR_URL/_behaviour, or restart it.',
  },
  LOCK_STALE: {
    severity: 'warn',
    meaning: 'A launcher died without giving its home back.',
    found: 'launcher.lock names a process that is gone.',
    mend: 'npm start breaks the lock by itself.',
  },
  LEFTOVERS: {
    severity: 'warn',
    meaning: 'Services of a launcher that was killed are still running: nobody restarts or stops them.',
    found: 'services.json names living processes of this home and no launcher holds it.',
    mend: 'npm start ends them before it starts its own.',
  },
  PORT_TAKEN: {
    severity: 'fail',
    meaning: 'A port of the stopped stack is taken by another program: it cannot start.',
    found: 'Looking who listens on each port of the table.',
    mend: 'Stop what listens there, or move every port: PORT_BASE=4000 npm start.',
  },
  INSTALL_STALE: {
    severity: 'fail',
    meaning: 'What is installed is not what package-lock.json names: an update was pulled and not installed.',
    found: 'The versions that npm noted as installed (node_modules/.package-lock.json) against package-lock.json.',
    mend: 'Any npm script but this one installs it, npm start for one; or npm ci.',
  },
  BUILD_MISSING: {
    severity: 'fail',
    meaning: 'A program of the stack was not built.',
    found: 'Looking for apps/<service>/dist/main.js.',
    mend: 'npm run build; npm start does so by itself.',
  },
} as const satisfies Record<string, Fault>;
