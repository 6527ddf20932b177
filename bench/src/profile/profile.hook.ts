// Preloaded into every Node process of a profiled stack (`NODE_OPTIONS=--import=...?dir=<folder>`). SIGUSR2 begins a CPU profile, the next
// one ends it and writes `<folder>/<service>-<pid>.cpuprofile`. Does nothing until it is asked to.
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

const folder = new URL(import.meta.url).searchParams.get('dir');
const name = (process.env['SERVICE_INSTANCE'] ?? 'launcher').replace(/-\d+$/, '');
const SAMPLE_EVERY_US = 500;
let session: Session | undefined;

function begin(): void {
  session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US });
  session.post('Profiler.start');
}

function end(running: Session, into: string): void {
  session = undefined;
  running.post('Profiler.stop', (error, { profile }) => {
    running.disconnect();
    if (error) return console.error(error);
    const file = join(into, `${name}-${process.pid}.cpuprofile`);
    // Whole or not at all: somebody waits for it.
    writeFileSync(`${file}.half`, JSON.stringify(profile));
    renameSync(`${file}.half`, file);
  });
}

if (folder !== null) process.on('SIGUSR2', () => (session ? end(session, folder) : begin()));
