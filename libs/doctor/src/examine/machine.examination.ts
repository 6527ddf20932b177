import { finding, type Examination, type Finding } from '../finding.js';

export interface DiskSpace {
  readonly path: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
}

const GB = 1e9;

/** Is there room where the stores write? */
export const examineDisk = (ask: () => Promise<DiskSpace>): Examination => ({
  subject: 'disk',
  look: async () => {
    const { path, freeBytes, totalBytes } = await ask();
    const part = totalBytes > 0 ? freeBytes / totalBytes : 1;
    const detail = `${(freeBytes / GB).toFixed(1)} GB (${Math.floor(part * 100)} %) free at ${path}`;
    if (part < 0.02 || freeBytes < 0.5 * GB) return { findings: [finding('DISK_LOW', detail, 'fail')], note: '' };
    return { findings: part < 0.1 || freeBytes < 2 * GB ? [finding('DISK_LOW', detail)] : [], note: detail };
  },
});

/** Oldest Node this release is tried with. */
const OLDEST_NODE = [22, 15] as const;

export const examineNode = (version: string): Examination => ({
  subject: 'Node',
  look: () => {
    const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
    const old = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
    return Promise.resolve({ findings: old ? [finding('NODE_OLD', version)] : [], note: version });
  },
});

/** An address as services are given it: `EVENTSTORE_URL`. */
export interface GivenAddress {
  readonly name: string;
  readonly url: string;
}

/** Passwords that everybody knows, and what documentation shows. */
const KNOWN: ReadonlySet<string> = new Set([
  'changeit',
  'changeme',
  'password',
  'postgres',
  'secret',
  'admin',
  'test',
  'guest',
]);
const SHORTEST = 12;

/** Are the addresses on other machines encrypted, and the passwords in them any good? */
export const examineAddresses = (
  addresses: readonly GivenAddress[],
  { production, plaintextHosts = [] }: { readonly production: boolean; readonly plaintextHosts?: readonly string[] },
): Examination => ({
  subject: 'addresses and passwords',
  look: () => {
    const severity = production ? 'fail' : 'warn';
    const findings = addresses.flatMap(({ name, url }): Finding[] => {
      const parsed = URL.canParse(url) ? new URL(url) : undefined;
      if (!parsed) return [];
      const away = !isHere(parsed.hostname) && !plaintextHosts.includes(parsed.hostname);
      const open = away && !isEncrypted(parsed);
      const weak = weakness(parsed, isHere(parsed.hostname));
      return [
        ...(open ? [finding('PLAINTEXT_ADDRESS', `${name} on ${parsed.hostname}`, severity)] : []),
        ...(weak ? [finding('WEAK_SECRET', `${name}: ${weak}`, severity)] : []),
      ];
    });
    return Promise.resolve({ findings, note: `${addresses.length} looked at` });
  },
});

const isHere = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host);

function isEncrypted({ protocol, searchParams }: URL): boolean {
  if (protocol === 'tls:' || protocol === 'https:') return true;
  if (protocol.startsWith('esdb')) return searchParams.get('tls') !== 'false';
  return ['require', 'verify-ca', 'verify-full'].includes(searchParams.get('sslmode') ?? '');
}

/** What is wrong with a password, without telling it. */
function weakness({ password, username, protocol }: URL, here: boolean): string | undefined {
  if (protocol === 'http:' || protocol === 'https:') return undefined;
  if (password === '') return here && protocol.startsWith('esdb') ? undefined : 'without a password';
  const plain = decodeURIComponent(password);
  if (KNOWN.has(plain.toLowerCase()) || plain === username) return 'a password everybody knows';
  return plain.length < SHORTEST ? `a password of ${plain.length} characters` : undefined;
}
