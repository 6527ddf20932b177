import 'reflect-metadata';
import { runMain, serviceBasics } from '@homing/service-kit';
import type { Command } from './operate/command.context.js';
import { runCommand } from './operate/command.runner.js';
import { wireProjector } from './projector.wiring.js';

/** What an operator runs beside the service. Without a name the service itself runs. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  'confirm-restore': async () => (await import('./confirm-restore/confirm-restore.command.js')).confirmRestore,
  rebuild: async () => (await import('./rebuild/rebuild.command.js')).rebuild,
  republish: async () => (await import('./republish/republish.command.js')).republishCommand,
};

const [name, ...args] = process.argv.slice(2);
const load = name === undefined ? undefined : commands[name];
if (name === undefined) await runMain('projector', wireProjector);
else if (load) await runCommand(serviceBasics('projector'), args, await load());
else {
  process.stderr.write(`unknown command "${name}"; there are: ${Object.keys(commands).join(', ')}\n`);
  process.exitCode = 64;
}
