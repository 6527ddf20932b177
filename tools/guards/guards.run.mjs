// Takes each guard of the catalogue out of a copy of the sources and demands that the test named for it goes red.
//   npm run guards                      all of them
//   npm run guards -- --list            what there is
//   npm run guards -- --only epoch      those whose name or file holds the text
//   npm run guards -- --jobs 1          one at a time; default 2
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { GUARDS as BOOKS } from './books.guards.ts';
import { GUARDS as EDGES } from './edges.guards.ts';
import { GUARDS as REPLIES } from './replies.guards.ts';
import { GUARDS as ROUTING } from './routing.guards.ts';
import { GUARDS as SENDING } from './sending.guards.ts';
import { WorkspaceCopy } from './workspace.copy.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const ENVIRONMENT = {
  HOMING_TEST_SIZE: 'quick',
  NODE_ENV: 'test',
  OTEL_SDK_DISABLED: 'true',
  NO_PROXY: '127.0.0.1,localhost',
};

const running = new Set();

/** Runs Jest in a copy. @returns every test it ran, by file, and what kept it from running any */
async function jest(copy, args) {
  const report = join(copy.place, '.guards-report.json');
  rmSync(report, { force: true });
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  const child = spawn(process.execPath, [...flags, '--json', `--outputFile=${report}`, '--silent', ...args], {
    cwd: copy.place,
    env: { ...process.env, ...ENVIRONMENT },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.add(child);
  let said = '';
  child.stderr.on('data', (text) => (said = `${said}${text}`.slice(-40_000)));
  await new Promise((resolve) => child.once('close', resolve));
  running.delete(child);
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    return { tests: testResults.flatMap(({ assertionResults }) => assertionResults), said };
  } catch {
    // It died of what the red test left open, after it had told of it.
    const told = [...said.matchAll(/^ *● (.+ › .+)$/gm)].map(([, path]) => path.replaceAll(' › ', ' '));
    return { tests: told.map((fullName) => ({ fullName, status: 'failed' })), said: said.slice(-4_000) };
  }
}

const named = (tests, { test }) =>
  tests.filter(({ fullName, status }) => fullName.includes(test) && status !== 'pending');

/** Without any guard taken out every named test is green: only then does red mean something. */
async function redAlready(copy, guards) {
  const specs = [...new Set(guards.map(({ spec }) => spec))];
  const { tests, said } = await jest(copy, ['--maxWorkers=2', '--runTestsByPath', ...specs]);
  if (tests.length === 0) return [`no test could be run\n${said}`];
  return guards.flatMap((guard) => {
    const found = named(tests, guard);
    if (found.length === 0) return [`${guard.name}: no test "${guard.test}" ran in ${guard.spec}`];
    return found.every(({ status }) => status === 'passed') ? [] : [`${guard.name}: "${guard.test}" is red as it is`];
  });
}

/** @returns undefined when the named test went red, else what happened instead */
async function without(copy, guard) {
  try {
    copy.replace(guard.file, guard.find, guard.replace);
  } catch (error) {
    return error.message;
  }
  try {
    const pattern = guard.test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const only = ['--selectProjects', guard.project, '--testNamePattern', pattern, '--runTestsByPath', guard.spec];
    const { tests, said } = await jest(copy, only);
    const found = named(tests, guard);
    if (found.some(({ status }) => status === 'failed')) return undefined;
    return found.length > 0 ? `"${guard.test}" stays green` : `no test "${guard.test}" ran\n${said}`;
  } finally {
    copy.restore(guard.file);
  }
}

async function run(guards, jobs) {
  const copies = Array.from({ length: Math.min(jobs, guards.length) }, () => new WorkspaceCopy(root));
  // Whoever ends it leaves neither processes nor copies behind.
  process.once('exit', () => {
    for (const child of running) child.kill('SIGTERM');
    for (const copy of copies) copy.remove();
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));
  const faults = await redAlready(copies[0], guards);
  if (faults.length > 0) return faults;
  const queue = guards.values();
  const worker = async (copy) => {
    for (const guard of queue) {
      const from = performance.now();
      const instead = await without(copy, guard);
      const seconds = ((performance.now() - from) / 1_000).toFixed(1).padStart(6);
      console.log(`${instead ? 'GREEN' : 'red  '} ${seconds} s  ${guard.name}: ${guard.test}`);
      if (instead) faults.push(`${guard.name} (${guard.file}): ${instead}`);
    }
  };
  await Promise.all(copies.map(worker));
  return faults;
}

/** @param {string[]} args @returns {Promise<number>} exit code */
export async function guards(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: '' },
      list: { type: 'boolean', default: false },
      jobs: { type: 'string', default: '2' },
    },
  });
  const wanted = [...SENDING, ...BOOKS, ...ROUTING, ...EDGES, ...REPLIES].filter(({ name, file }) =>
    `${name} ${file}`.includes(values.only),
  );
  if (values.list) {
    for (const { name, promise, file, test } of wanted) console.log(`${name}\n  ${promise}\n  ${file}\n  ${test}`);
    return 0;
  }
  if (wanted.length === 0) {
    console.error(`no guard is named "${values.only}"; --list shows them`);
    return 2;
  }
  const faults = await run(wanted, Math.max(1, Number(values.jobs) || 2));
  for (const fault of faults) console.error(fault);
  if (faults.length === 0) console.log(`${wanted.length} guards taken out, each noticed by its test`);
  return faults.length > 0 ? 1 : 0;
}

process.exitCode = await guards(process.argv.slice(2));
