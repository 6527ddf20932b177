import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPortTaken } from '@homing/embedded-stores';
import { finding, type Examination } from '@homing/doctor';

/** Is what is installed what the lock file names, and is everything built? */
export const examineInstallation = (workspace: string, programs: readonly string[]): Examination => ({
  subject: 'installation',
  look: () => {
    const missing = programs.filter((program) => !existsSync(join(workspace, 'apps', program, 'dist', 'main.js')));
    const stale = differing(workspace);
    const findings = [
      ...(stale.length > 0 ? [finding('INSTALL_STALE', `${stale.length} packages, ${stale[0]} for one`)] : []),
      ...(missing.length > 0 ? [finding('BUILD_MISSING', missing.join(', '))] : []),
    ];
    return Promise.resolve({ findings, note: 'installed and built' });
  },
});

interface Locked {
  readonly version?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly peer?: boolean;
}

/** Packages that are not installed as package-lock.json names them, by the list npm keeps of what it installed. */
function differing(workspace: string): string[] {
  const wanted = packagesOf(join(workspace, 'package-lock.json'));
  const held = packagesOf(join(workspace, 'node_modules', '.package-lock.json'));
  return Object.entries(wanted)
    .filter(([path, entry]) => path.startsWith('node_modules/') && !entry.link && !isThere(entry, held[path]))
    .map(([path]) => path.slice('node_modules/'.length));
}

/** What another platform needs is not installed here. */
const isThere = ({ version, optional, devOptional, peer }: Locked, held: Locked | undefined): boolean =>
  held ? held.version === version : Boolean(optional || devOptional || peer);

function packagesOf(file: string): Readonly<Record<string, Locked>> {
  if (!existsSync(file)) return {};
  return (JSON.parse(readFileSync(file, 'utf8')) as { packages?: Record<string, Locked> }).packages ?? {};
}

/** Of a stopped stack: are its ports free? */
export const examinePorts = (ports: Readonly<Record<string, number>>): Examination => ({
  subject: 'ports',
  look: async () => {
    const named = Object.entries(ports);
    const taken = await Promise.all(named.map(([, port]) => isPortTaken(port)));
    const inUse = named.filter((_, index) => taken[index]).map(([name, port]) => `${port} (${name})`);
    const [lowest, highest] = [Math.min(...Object.values(ports)), Math.max(...Object.values(ports))];
    const findings = inUse.length > 0 ? [finding('PORT_TAKEN', inUse.join(', '))] : [];
    return { findings, note: `${lowest} to ${highest} are free` };
  },
});
