import type { HomeDirectory } from '../home/home.directory.js';
import { endLeftovers, writeServices } from '../home/services.record.js';
import type { LogBook } from './log.sink.js';
import { requireFreePorts, requirePrograms } from './start.requirements.js';
import type { RestartPolicy } from './restart.policy.js';
import type { StackNode } from './stack.nodes.js';
import { StackSupervisor } from './stack.supervisor.js';
import { toTerminal } from './terminal.writer.js';

export interface Launch {
  home: HomeDirectory;
  portBase: number;
  logs: LogBook;
  policy?: Partial<RestartPolicy>;
  nodes: readonly StackNode[];
  /** Written to the terminal once everything is ready, before the ready line; never to a log file: links may hold the key. */
  announce(): string[];
  /** The last line of a start, alone on its line: programs wait for it. */
  readyLine: string;
  /** Default stdout. */
  write?: (text: string) => void;
  /** Default: this process's own. */
  signals?: Pick<NodeJS.EventEmitter, 'on' | 'off'>;
}

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** One Ctrl-C reaches us several times, from the terminal and from every npm layer above: that is still one. */
const oneWishMs = 1_500;

/**
 * Runs a stack until a signal asks it to stop: everything ready, announced, kept running, stopped in reverse order.
 * A second, later signal kills. Resolves with the exit code when no process is left. The home must be locked by the caller
 * and its leftovers ended.
 */
export async function launchStack(launch: Launch): Promise<number> {
  const { home, logs, nodes, policy, signals = process, write = toTerminal } = launch;
  requirePrograms(nodes);
  await requireFreePorts(nodes, launch.portBase);
  const stack = new StackSupervisor({
    nodes,
    logs,
    ...(policy ? { policy } : {}),
    publish: (services) => writeServices(home.services, services),
  });
  let asked: { at: number } | undefined;
  let stopped = () => undefined as void;
  const untilStopped = new Promise<void>((resolve) => (stopped = resolve));
  const onSignal = () => {
    if (asked && performance.now() - asked.at > oneWishMs) return stack.kill();
    if (asked) return;
    asked = { at: performance.now() };
    logs.say('stopping everything (once more to kill)');
    void stack.stop().then(stopped);
  };
  for (const signal of stopSignals) signals.on(signal, onSignal);
  try {
    await stack.start();
    for (const line of launch.announce()) write(`${line}\n`);
    write(`${launch.readyLine}\n`);
    await untilStopped;
  } catch (error) {
    if (!asked) throw error;
    await untilStopped;
  } finally {
    for (const signal of stopSignals) signals.off(signal, onSignal);
  }
  logs.say('everything is stopped');
  return 0;
}

/** Ends what a killed launcher left behind in this home and says so. */
export async function clearLeftovers(home: HomeDirectory, logs: LogBook): Promise<void> {
  const ended = await endLeftovers(home.services, home.root);
  if (ended.length > 0) logs.say(`ended what an earlier, killed start left running: ${ended.join(', ')}`);
}
