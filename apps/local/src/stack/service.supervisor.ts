import { setTimeout as delay } from 'node:timers/promises';
import type { LogSink } from './log.sink.js';
import { caughtUpTo } from './readiness.probe.js';
import { countDeath, restartPause } from './restart.policy.js';
import type { RestartPolicy } from './restart.policy.js';
import type { ServiceNode } from './stack.nodes.js';
import { spawnChild } from './supervised.child.js';
import type { SupervisedChild } from './supervised.child.js';

/** The first start of a service failed for good; the message is for a person. */
export class StartError extends Error {}

export interface SupervisorDependencies {
  log: LogSink;
  say(text: string): void;
  policy: RestartPolicy;
  /** Called whenever pid or restarts changed. */
  changed(): void;
}

/** Keeps one service running: restarts it with growing pauses when it dies, names a crash loop, stops it cleanly. */
export class ServiceSupervisor {
  private child: SupervisedChild | undefined;
  private restartCount = 0;
  private deathsInARow = 0;
  private readonly ending = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    readonly node: ServiceNode,
    private readonly deps: SupervisorDependencies,
  ) {}

  /** What services.json tells. `pid` is null while it is not running. */
  record(): { pid: number | null; url: string; restarts: number } {
    return { pid: this.child?.pid ?? null, url: this.node.url, restarts: this.restartCount };
  }

  /** Resolves when the service is ready for the first time. @throws StartError when it cannot be brought up. */
  async start(): Promise<void> {
    await new Promise<void>((ready, failed) => {
      this.running = this.keepRunning(ready, failed);
    });
  }

  /** Stops for good; resolves when the process is gone. Safe to call again. */
  async stop(graceMs = 15_000): Promise<void> {
    this.ending.abort();
    await this.child?.stop(graceMs);
    await this.running;
    this.deps.log.close();
  }

  kill(): void {
    this.ending.abort();
    this.child?.kill();
  }

  private async launch(): Promise<SupervisedChild> {
    const command = await this.node.command();
    const child = await spawnChild(command, this.deps.log);
    this.child = child;
    this.deps.changed();
    // A stop may have come while the command was being prepared.
    if (this.ending.signal.aborted) await child.stop(10_000);
    return child;
  }

  private async keepRunning(ready: () => void, failed: (error: Error) => void): Promise<void> {
    let everReady = false;
    let child = await this.launch().catch((error: Error) =>
      failed(new StartError(`${this.node.name} cannot start: ${error.message}`)),
    );
    if (!child) return;
    while (!this.ending.signal.aborted) {
      const { how, readyForMs } = child
        ? await this.oneLife(child, () => this.becameReady(everReady, () => ((everReady = true), ready())))
        : { how: 'no start' };
      this.child = undefined;
      if (this.ending.signal.aborted) break;
      this.deathsInARow = countDeath(this.deps.policy, this.deathsInARow, readyForMs);
      if (this.deathsInARow === this.deps.policy.loopAfter) {
        const words = this.crashLoop(how);
        if (!everReady) return failed(new StartError(words));
        this.deps.say(words);
      }
      child = await this.again(how);
    }
    this.deps.changed();
    if (!everReady) failed(new StartError(`${this.node.name}: stopped before it was ready`));
  }

  private becameReady(again: boolean, ready: () => void): void {
    if (again) this.deps.say(`${this.node.name} ready again`);
    else ready();
  }

  private async again(how: string): Promise<SupervisedChild | void> {
    const pauseMs = restartPause(this.deps.policy, this.deathsInARow);
    this.deps.say(`${this.node.name} ended (${how}); starting it again in ${(pauseMs / 1_000).toFixed(1)} s`);
    this.deps.changed();
    await delay(pauseMs, undefined, { signal: this.ending.signal }).catch(() => undefined);
    if (this.ending.signal.aborted) return;
    this.restartCount += 1;
    return this.launch().catch((error: Error) => this.deps.say(`${this.node.name}: ${error.message}`));
  }

  /** From the start of a process to its end, whichever way it comes. */
  private async oneLife(child: SupervisedChild, ready: () => void): Promise<{ how: string; readyForMs?: number }> {
    const { readyWithinMs } = this.deps.policy;
    let [waitingSince, reached, pauseMs] = [performance.now(), -1n, 15];
    while (!child.hasEnded() && !(await this.node.ready())) {
      if (performance.now() - waitingSince > readyWithinMs) {
        // Years of events take their time: killing who gets on would only make it begin again.
        const now = (await caughtUpTo(this.node)) ?? -1n;
        if (now <= reached) {
          await child.stop(5_000);
          return { how: `not ready within ${readyWithinMs / 1_000} s` };
        }
        [waitingSince, reached] = [performance.now(), now];
      }
      await Promise.race([delay(pauseMs), child.ended]);
      pauseMs = Math.min(150, pauseMs * 1.5);
    }
    if (child.hasEnded()) return { how: await child.ended };
    const readyAt = performance.now();
    ready();
    return { how: await child.ended, readyForMs: performance.now() - readyAt };
  }

  private crashLoop(how: string): string {
    const { name } = this.node;
    const lines = this.deps.log.tail(10).map((line) => `    ${line}`);
    return [
      `${name} keeps ending: ${this.deathsInARow} times in a row, last with ${how}. Its last lines:`,
      ...(lines.length > 0 ? lines : ['    (it wrote nothing)']),
      `  next: mend what they say; the whole log is logs/${name}.log in OUTREACH_HOME`,
    ].join('\n');
  }
}
