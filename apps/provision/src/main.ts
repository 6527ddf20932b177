import { serviceBasics } from '@homing/service-kit';
import type { Command } from './provision.command.js';

/** What an operator runs before and beside the services. Each ends; none serves. */
const commands: Record<string, () => Promise<Command>> = {
  up: async () => (await import('./prepare-stores/up.command.js')).up,
  secrets: async () => (await import('./make-secrets/secrets.command.js')).secrets,
  tenant: async () => (await import('./add-tenant/tenant.command.js')).tenant,
};

const [name = '', ...args] = process.argv.slice(2);
const load = commands[name];
if (load) {
  const basics = serviceBasics('provision');
  try {
    const command = await load();
    process.exitCode = await command({ ...basics, args, write: (text) => void process.stdout.write(text) });
  } catch (error) {
    basics.logger.fatal({ err: error }, `${name} failed`);
    process.exitCode = 1;
  }
} else {
  process.stderr.write(`unknown command "${name}"; there are: ${Object.keys(commands).join(', ')}\n`);
  process.exitCode = 2;
}
