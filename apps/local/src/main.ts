import { whyNotThisNode } from './start/node.version.js';

/** What the launcher can do. A command gets the arguments behind its name and resolves with the exit code. */
const commands: Record<string, () => Promise<(args: string[]) => Promise<number>>> = {
  start: async () => (await import('./start/start.command.js')).start,
  doctor: async () => (await import('./doctor/doctor.command.js')).doctor,
  example: async () => (await import('./example/example.command.js')).example,
  projector: async () => (await import('./operate/projector.command.js')).projectorCommand,
};

const [name = 'start', ...args] = process.argv.slice(2);
const load = commands[name];
const tooOld = whyNotThisNode(process.version);
if (tooOld !== undefined) {
  console.error(tooOld);
  process.exitCode = 1;
} else if (load) {
  try {
    process.exitCode = await (await load())(args);
  } catch (error) {
    // Faults a person can mend come as plain words; anything else keeps its stack.
    const { message, stack } = error as Error;
    console.error(`\n${message.includes('\n  next:') || !process.env['DEBUG'] ? message : stack}`);
    process.exitCode = 1;
  }
} else {
  console.error(`unknown command "${name}"; there are: ${Object.keys(commands).join(', ')}`);
  process.exitCode = 2;
}
