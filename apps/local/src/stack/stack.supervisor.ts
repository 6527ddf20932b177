import type { LogBook } from './log.sink.js';
import { defaultRestartPolicy } from './restart.policy.js';
import type { RestartPolicy } from './restart.policy.js';
import { ServiceSupervisor, StartError } from './service.supervisor.js';
import { inStartOrder } from './stack.nodes.js';
import type { StackNode } from './stack.nodes.js';

export interface StackOptions {
  nodes: readonly StackNode[];
  logs: LogBook;
  policy?: Partial<RestartPolicy>;
  /** Gets name -> record at every change, in start order. */
  publish(services: Record<string, ReturnType<ServiceSupervisor['record']>>): void;
}

/** Starts nodes as early as what they wait for allows, keeps services running, stops them in reverse order. */
export class StackSupervisor {
  private readonly order: StackNode[];
  private readonly services = new Map<string, ServiceSupervisor>();
  private readonly waitingFor = new Set<string>();
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: StackOptions) {
    this.order = inStartOrder(options.nodes);
  }

  /** Resolves when everything is ready; when something cannot start, stops the rest and throws. */
  async start(): Promise<void> {
    const done = new Map<string, Promise<void>>();
    const watch = setInterval(() => this.sayWhatIsMissing(), 3_000);
    let failure: unknown;
    for (const node of this.order) {
      const before = node.after.map((name) => done.get(name) ?? Promise.resolve());
      const run = Promise.all(before).then(() => {
        if (failure !== undefined || this.stopping) throw new StartError(`${node.name} was not started`);
        return this.startNode(node);
      });
      run.catch((error: unknown) => (failure ??= error));
      done.set(node.name, run);
    }
    try {
      await Promise.all(done.values());
    } catch {
      await this.stop();
      throw failure;
    } finally {
      clearInterval(watch);
    }
  }

  /** Every service after those that wait for it; resolves when no process is left. */
  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  /** At once and without order. */
  kill(): void {
    for (const service of this.services.values()) service.kill();
  }

  private async startNode(node: StackNode): Promise<void> {
    const startedAt = performance.now();
    this.waitingFor.add(node.name);
    try {
      await (node.kind === 'task' ? node.run() : this.startService(node));
    } finally {
      this.waitingFor.delete(node.name);
    }
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    this.options.logs.say(`${node.name} ${node.kind === 'task' ? 'done' : 'ready'} (${seconds} s)`);
  }

  private startService(node: StackNode & { kind: 'service' }): Promise<void> {
    const { logs, policy } = this.options;
    const service = new ServiceSupervisor(node, {
      log: logs.sinkFor(node.name, node.shown),
      say: logs.say,
      policy: { ...defaultRestartPolicy, ...policy },
      changed: () => this.publish(),
    });
    this.services.set(node.name, service);
    return service.start();
  }

  private async stopAll(): Promise<void> {
    const gone = new Map<string, Promise<void>>();
    for (const node of this.order.toReversed()) {
      const dependants = this.order
        .filter((other) => other.after.includes(node.name))
        .map((other) => gone.get(other.name) ?? Promise.resolve());
      gone.set(
        node.name,
        Promise.all(dependants).then(() => this.services.get(node.name)?.stop()),
      );
    }
    await Promise.all(gone.values());
    this.publish();
  }

  private publish(): void {
    const started = this.order.flatMap((node) => this.services.get(node.name) ?? []);
    this.options.publish(Object.fromEntries(started.map((service) => [service.node.name, service.record()])));
  }

  private sayWhatIsMissing(): void {
    if (this.waitingFor.size > 0) this.options.logs.say(`still waiting for ${[...this.waitingFor].join(', ')}`);
  }
}
