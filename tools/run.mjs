// The bootstrap: makes sure what the lock file names is installed, then runs a task under the pinned Node.
// Plain JavaScript without dependencies, so that the system's Node 20 can run it on a bare clone.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = join(root, 'node_modules', '.install-stamp');
const lockFile = join(root, '.install-lock');
const arch = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const pinned = join(root, 'node_modules', `node-${arch}`, 'bin', 'node');
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs a child to its end, forwarding signals (npm's shell would orphan it otherwise). */
function run(command, args, env = process.env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: 'inherit' });
    const forward = signals.map((s) => [s, () => child.kill(s)]);
    for (const [s, f] of forward) process.on(s, f);
    child.on('error', (error) => (console.error(`cannot start ${command}: ${error.message}`), resolve(1)));
    child.on('exit', (code, signal) => {
      for (const [s, f] of forward) process.off(s, f);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

const stamp = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(arch)
    .digest('hex');
const installed = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp();
const alive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** One installer at a time; a lock whose owner died is broken. */
async function withInstallLock(work) {
  for (;;) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const owner = Number(existsSync(lockFile) ? readFileSync(lockFile, 'utf8') : 0);
      if (owner && !alive(owner)) rmSync(lockFile, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  try {
    return await work();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

async function install() {
  if (installed()) return;
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  console.log('installing what package-lock.json names (once; about half a minute) ...');
  const env = { ...process.env, npm_config_loglevel: 'error' };
  for (let attempt = 1; attempt <= 2; attempt++) {
    const code = await run(command, [...args, 'ci', '--no-audit', '--no-fund'], env);
    if (code >= 128) process.exit(code);
    if (code === 0 && (existsSync(pinned) || process.platform === 'darwin')) {
      mkdirSync(dirname(stampFile), { recursive: true });
      writeFileSync(stampFile, stamp());
      return;
    }
    // An optional dependency that failed to arrive is silent: look for the runtime itself, and try once more.
    console.error(code === 0 ? `the pinned Node (node-${arch}) did not arrive` : `npm ci ended with ${code}`);
  }
  console.error('installation failed twice. Check that the npm registry can be reached, then run the command again.');
  process.exit(1);
}

if (process.env.HOMING_BOOTSTRAPPED === '1') {
  const { runTask } = await import(pathToFileURL(join(root, 'tools', 'tasks.mjs')).href);
  process.exitCode = await runTask(process.argv[2], process.argv.slice(3));
} else {
  // The doctor looks at an installation as it is; without any it cannot run.
  const asIs = process.argv[2] === 'doctor' && existsSync(join(root, 'node_modules', '.bin'));
  if (!installed() && !asIs) await withInstallLock(install);
  const node = existsSync(pinned) ? pinned : process.execPath;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (node === process.execPath && (major < 22 || (major === 22 && minor < 15))) {
    console.error(
      `no pinned Node exists for ${arch}; install Node 24 LTS and run this again (found ${process.version}).`,
    );
    process.exit(1);
  }
  const env = {
    ...process.env,
    HOMING_BOOTSTRAPPED: '1',
    NX_DAEMON: 'false',
    PATH: [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  };
  process.exitCode = await run(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], env);
}
