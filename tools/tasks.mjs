// What each npm script does. Runs under the pinned Node, with everything installed.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (path) => join(root, 'node_modules', path);

/** Runs a Node program of this workspace to its end. Signals reach it; its exit code is the result. */
export function node(args, env = {}, stdio = 'inherit') {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio });
    const forward = (signal) => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward);
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 143));
  });
}

async function inOrder(...steps) {
  for (const step of steps) {
    const code = await step();
    if (code !== 0) return code;
  }
  return 0;
}

const tsc = () => node([bin('typescript7/bin/tsc'), '-b', 'tsconfig.json']);
const console_ = () =>
  existsSync(join(root, 'apps/console/vite.config.ts'))
    ? node([bin('vite/bin/vite.js'), 'build', 'apps/console', '--logLevel', 'warn'])
    : 0;
const build = () => inOrder(tsc, console_);
// Nx skips its boundary rule silently without a cached project graph: build the graph first.
const graph = () =>
  node([bin('nx/dist/bin/nx.js'), 'show', 'projects'], { NX_DAEMON: 'false' }, ['ignore', 'ignore', 'inherit']);
const lint = (args) =>
  inOrder(
    graph,
    () =>
      node([
        bin('eslint/bin/eslint.js'),
        '--cache',
        '--cache-location',
        '.nx/eslint/',
        '--max-warnings',
        '0',
        ...(args.length ? args : ['.']),
      ]),
    () => node([bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']),
  );

/** Runs Jest and closes with the plain line `N passed, N failed`. */
async function jest(args, env = {}) {
  mkdirSync(join(root, '.test'), { recursive: true });
  const report = join(root, '.test', `jest-${process.pid}.json`);
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const code = await node([...flags, bin('jest/bin/jest.js'), '--json', `--outputFile=${report}`, ...args], env);
  if (!existsSync(report)) return code || 1;
  const { numPassedTests, numFailedTests, numFailedTestSuites, numRuntimeErrorTestSuites } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  const broken = numRuntimeErrorTestSuites ?? 0;
  console.log(`${numPassedTests} passed, ${numFailedTests + broken} failed`);
  return code || (numFailedTests + numFailedTestSuites > 0 ? 1 : 0);
}

/** Takes the guards of `tools/guards` out, one after another: the test named for each must go red. */
const guards = (args) => node(['tools/guards/guards.run.mjs', ...args]);

const size = (value) => ({
  HOMING_TEST_SIZE: value,
  NODE_ENV: 'test',
  OTEL_SDK_DISABLED: 'true',
  NO_PROXY: '127.0.0.1,localhost',
});
const start = (args) => node(['apps/local/dist/main.js', 'start', ...args]);

/** sysexits.h: a service that is needed is not there. */
const unavailable = 69;
/** Suites of the programs that stand in for the stores have nothing to say about the real ones. */
const aboutOurPrograms = [
  'libs/embedded-stores/',
  'apps/local/',
  'apps/event-store-dev/src/(own|storage)/',
  'apps/provision/',
];

/** `TEST_STACK=containers`: the integration suites against the images of docker-compose.yml, or one line and 69 without an engine. */
async function testOn(stack, args, wanted) {
  if (!stack) return inOrder(graph, build, () => jest(args, size(wanted)));
  if (stack !== 'containers') {
    console.error(`TEST_STACK=${stack} is unknown; leave it out, or set it to "containers"`);
    return 2;
  }
  const { engineFault } = await import('./containers/engine.mjs');
  const fault = await engineFault();
  if (fault) {
    console.log(`TEST_STACK=containers: no container engine can be reached here (${fault}); nothing was tested`);
    return unavailable;
  }
  const ignored = aboutOurPrograms.flatMap((pattern) => ['--testPathIgnorePatterns', pattern]);
  return inOrder(graph, build, () => jest(['--selectProjects', 'integration', ...ignored, ...args], size(wanted)));
}

const tasks = {
  build,
  lint,
  format: () => node([bin('prettier/bin/prettier.cjs'), '--write', '--log-level', 'warn', '.']),
  start: (args) => inOrder(build, () => start(args)),
  example: (args) => inOrder(tsc, () => node(['apps/local/dist/main.js', 'example', ...args])),
  // It looks at what is there: nothing is installed or built for it, unless it was never built.
  doctor: (args) =>
    inOrder(
      () => (existsSync(join(root, 'apps/local/dist/doctor/doctor.command.js')) ? 0 : tsc()),
      () => node(['apps/local/dist/main.js', 'doctor', ...args]),
    ),
  projector: (args) => inOrder(tsc, () => node(['apps/local/dist/main.js', 'projector', ...args])),
  bench: (args) => inOrder(tsc, () => node(['bench/dist/main.js', ...args])),
  'test:unit': (args) => inOrder(graph, () => jest([...args, '--selectProjects', 'unit'], size('quick'))),
  test: (args) => testOn(process.env.TEST_STACK, args, 'quick'),
  'test:full': (args) =>
    inOrder(
      () => testOn(process.env.TEST_STACK, args, 'full'),
      // Who asks for some tests only, or for the stores' images, did not ask for this.
      () => (args.length > 0 || process.env.TEST_STACK ? 0 : guards([])),
    ),
  guards,
  rehearse: () => inOrder(build, () => node(['tools/production/rehearsal.mjs'])),
  'test:event-store': (args) =>
    inOrder(tsc, () =>
      jest(
        ['--selectProjects', 'integration', '--testPathPatterns', 'event-store-dev/src/blackbox', ...args],
        size('quick'),
      ),
    ),
};

export async function runTask(name, args) {
  const task = tasks[name];
  if (!task) {
    console.error(`unknown task "${name}"; there are: ${Object.keys(tasks).join(', ')}`);
    return 2;
  }
  return task(args);
}
