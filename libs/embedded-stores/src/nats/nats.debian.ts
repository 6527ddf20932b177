import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const aptHelper = '/usr/lib/apt/apt-helper';

/** Debian 13's package (runs on 12 as well). A package whose content is not known here is never run. */
export const debianNats = {
  version: '2.10.27-1+b2',
  sha256: {
    amd64: '6d913ac987b78734c08537c2adeb1526cf735f216173a9170d94b185fcfe6f8a',
    arm64: '0c9a617510b28c1b4fb4a38aabea6ab8cd7f026247f2abdff8b955b2278ce049',
  } as Record<string, string>,
};

const debianArch = (): string => (process.arch === 'x64' ? 'amd64' : process.arch);

/** Where a fetched server is kept below the cache folder. */
export const cachedNats = (cache: string): string => join(cache, `nats-server-${debianNats.version}-${debianArch()}`);

/** The Debian mirrors this machine's own package sources name, most specific first. */
export function debianMirrors(printedUris: string): string[] {
  const bases = [...printedUris.matchAll(/^'([^']+?)\/dists\//gm)].map(([, base]) => base as string);
  return [...new Set(bases)].filter((base) => base.endsWith('/debian'));
}

async function machineMirrors(scratch: string): Promise<string[]> {
  // Only prints what an update would fetch; the state folder of our own needs no root and no earlier update.
  mkdirSync(join(scratch, 'lists/partial'), { recursive: true });
  const args = [
    '-o',
    `Dir::State::Lists=${join(scratch, 'lists')}`,
    '-o',
    'Debug::NoLocking=1',
    'update',
    '--print-uris',
  ];
  const { stdout } = await run('apt-get', args, { timeout: 30_000 });
  return debianMirrors(stdout);
}

/**
 * Fetches nats-server from the Debian mirror of this machine without root: apt's own downloader (its proxies and
 * credentials apply), checksum checked, unpacked beside nothing else. Returns the program's path.
 * @throws Error saying why it is not possible here (no Debian, no mirror, unknown architecture, changed content).
 */
export async function fetchDebianNats(cache: string): Promise<string> {
  const sha256 = debianNats.sha256[debianArch()];
  if (sha256 === undefined)
    throw new Error(`no checksum is known for ${debianArch()}, an unchecked program is not run`);
  if (!existsSync(aptHelper)) throw new Error('this system does not use apt');
  const scratch = mkdtempSync(join(tmpdir(), 'homing-nats-'));
  try {
    const [mirror] = await machineMirrors(scratch);
    if (mirror === undefined) throw new Error('the package sources of this machine name no Debian mirror');
    const name = `nats-server_${debianNats.version}_${debianArch()}.deb`;
    const archive = join(scratch, 'nats-server.deb');
    const source = `${mirror}/pool/main/n/nats-server/${name}`;
    const apt = ['-o', 'APT::Sandbox::User=', 'download-file', source, archive, `SHA256:${sha256}`];
    await run(aptHelper, apt, { timeout: 120_000 }).catch((error: Error & { stderr?: string }) => {
      throw new Error(
        `apt could not fetch ${name}: ${(error.stderr ?? error.message).trim().split('\n', 2).join(' ')}`,
      );
    });
    const actual = createHash('sha256').update(readFileSync(archive)).digest('hex');
    if (actual !== sha256) throw new Error(`${name} has the checksum ${actual}, expected ${sha256}`);
    await run('dpkg-deb', ['-x', archive, join(scratch, 'unpacked')]);
    const program = join(scratch, 'unpacked/usr/sbin/nats-server');
    return keep(program, cachedNats(cache));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function keep(program: string, cached: string): string {
  const half = `${cached}.${process.pid}`;
  // The temporary folder may be another file system: copy beside the goal, then rename in one step.
  copyFileSync(program, half);
  chmodSync(half, 0o755);
  renameSync(half, cached);
  return cached;
}
