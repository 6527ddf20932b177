import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Kills the process with SIGKILL at a named instruction, for reliability tests. A no-op chosen once at import, unless
 * `HOMING_CRASH_POINTS` names points (`after-claim,before-ack@3`: `@n` is the nth passage in one process, default the first),
 * `HOMING_CRASH_DIR` names a directory and `NODE_ENV` is not `production`. Before dying it makes the fsynced marker file
 * `$HOMING_CRASH_DIR/<name>`; where the marker stands already nothing happens, so each point kills once across restarts.
 */
export const crashPoint: (name: string) => void = armCrashPoints(process.env);

function armCrashPoints(env: NodeJS.ProcessEnv): (name: string) => void {
  const { HOMING_CRASH_POINTS: wanted, HOMING_CRASH_DIR: directory, NODE_ENV } = env;
  if (!wanted || !directory || NODE_ENV === 'production') return () => {};
  const left = new Map(wanted.split(',').map(parsePoint));
  return (name) => {
    const passages = left.get(name);
    if (passages === undefined) return;
    left.set(name, passages - 1);
    if (passages === 1 && markOnce(directory, name)) process.kill(process.pid, 'SIGKILL');
  };
}

function parsePoint(text: string): [name: string, passages: number] {
  const [, name, count = '1'] = /^([a-z0-9][a-z0-9._-]*)(?:@([1-9]\d*))?$/.exec(text.trim()) ?? [];
  if (name === undefined) throw new Error('HOMING_CRASH_POINTS must be a comma list of name or name@n');
  return [name, Number(count)];
}

function markOnce(directory: string, name: string): boolean {
  mkdirSync(directory, { recursive: true });
  let file: number;
  try {
    file = openSync(join(directory, name), 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  writeSync(file, `${process.pid}\n`);
  fsyncSync(file);
  closeSync(file);
  return true;
}
