import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { generateFingerprintKey, generateVaultKeys } from '@homing/vault';
import type { Command } from '../provision.command.js';
import { GIVEN_BY_OPERATOR, makeSecrets, type StoreHosts } from './secret.files.js';

const usage = 'secrets DIRECTORY [--postgres HOST:PORT] [--nats HOST:PORT] [--event-store HOST:PORT]\n';

/**
 * `secrets`: makes every secret of an installation, one file each, in a directory nobody else may enter. A file that exists is
 * never changed, but for the few that follow from others, so it can be run again after an upgrade. Prints names, never a value, and
 * names what only the operator can give.
 */
export const secrets: Command = async ({ args, write }) => {
  const wish = readWish(args);
  if (!wish) {
    write(usage);
    return 2;
  }
  const directory = resolve(wish.directory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = (name: string): string => join(directory, name);
  const { made, derived } = await makeSecrets({
    hosts: wish.hosts,
    existing: (name) => (existsSync(path(name)) ? readFileSync(path(name), 'utf8').replace(/\n$/, '') : undefined),
    vaultKeys: generateVaultKeys,
    fingerprintKey: generateFingerprintKey,
  });
  for (const [name, value] of Object.entries({ ...made, ...derived })) writeWhole(path(name), value);
  write(`made ${Object.keys(made).length} secrets in ${directory}\n`);
  for (const [name, from] of Object.entries(GIVEN_BY_OPERATOR))
    if (!existsSync(path(name))) write(`still missing: ${name} (${from})\n`);
  return 0;
};

/** A container's user must be able to read what is mounted: the directory keeps everybody else on this machine out. */
function writeWhole(file: string, value: string): void {
  writeFileSync(`${file}.new`, value, { mode: 0o444 });
  renameSync(`${file}.new`, file);
}

function readWish(args: readonly string[]): { directory: string; hosts: Partial<StoreHosts> } | undefined {
  const text = { type: 'string' } as const;
  const options = { postgres: text, nats: text, 'event-store': text };
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [directory, ...more] = positionals;
    const { postgres, nats, 'event-store': eventStore } = values;
    const hosts = { ...(postgres && { postgres }), ...(nats && { nats }), ...(eventStore && { eventStore }) };
    return directory !== undefined && more.length === 0 ? { directory, hosts } : undefined;
  } catch {
    return undefined;
  }
}
