import { FAULT_AREAS } from '../catalogue/fault.catalogue.js';

/** docs/doctor.md: written by its spec from the catalogue, so that the two are one. */
export function faultDocument(): string {
  const areas = Object.entries(FAULT_AREAS).flatMap(([area, faults]) => [
    `## ${area}`,
    '',
    ...Object.entries(faults).flatMap(([code, { severity, meaning, found, mend }]) => [
      `### ${code}`,
      '',
      `${severity === 'fail' ? 'Failure' : 'Warning'}. ${meaning}`,
      '',
      `- **Found by**: ${lowerFirst(found)}`,
      `- **Mend**: ${mend}`,
      '',
    ]),
  ]);
  return `${[...INTRODUCTION, ...areas].join('\n').trimEnd()}\n`;
}

const INTRODUCTION = [
  '# Doctor',
  '',
  '`npm run doctor` looks at a local stack, running or stopped, and names each fault it finds and its mend; it changes nothing. Exit code 0:',
  'all is well; 1: faults were found; 2: none was found, but something could not be examined; 64: it was used wrongly. `--json` tells it to programs,',
  '`--list` names every fault it knows, `--explain CODE` tells of one. It reads the home (`OUTREACH_HOME`) and asks every store and service with',
  'logins of its own, of which that on the bus may count and read no message.',
  '',
  '`npm run doctor -- --environment` looks at an installation elsewhere, whose addresses the environment holds, each with its login: `NATS_URL` (user `doctor`),',
  '`EVENTSTORE_URL`, `READ_DATABASE_URL` (role `read_system`), `VAULT_DATABASE_URL` (`vault_intake`), `VAULT_DESK_DATABASE_URL` (`vault_desk`), for the',
  'migrations `READ_OWNER_DATABASE_URL` and `VAULT_OWNER_DATABASE_URL`, and `DOCTOR_SERVICES=api=https://...,scheduler=http://...`. What is not given is',
  'not looked at.',
  '',
  'It tells what can be told truly, and no more. A key or password that is missing keeps its service from starting: `SERVICE_DOWN`, and its log names the',
  'setting. Whether a campaign was paused for good or forgotten it cannot know.',
  '',
  'This page is made from the catalogue (`libs/doctor/src/catalogue`). Every fault has a test that provokes it.',
  '',
];

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
