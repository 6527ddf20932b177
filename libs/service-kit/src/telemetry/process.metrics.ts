import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { Counter, Gauge } from './prom.parts.js';
import { registry } from './metrics.registry.js';

/** Wakes four times a second, outside JavaScript: a loop that is held up for longer than this is seen. */
const resolutionMs = 250;

let started = false;

/**
 * Processor time, memory and the event loop of this process, under the names Prometheus clients use. Values are taken when they are
 * scraped; delay and utilisation are those since the scrape before. Repeated calls do nothing.
 */
export function startProcessMetrics(): void {
  if (started) return;
  started = true;
  const registers = [registry];
  const cpu = new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time this process used, user and system.',
    registers,
    collect: () => {
      const { user, system } = process.cpuUsage();
      cpu.reset();
      cpu.inc((user + system) / 1e6);
    },
  });
  const read = (name: string, help: string, value: () => number) => {
    const metric: Gauge = new Gauge({ name, help, registers, collect: () => metric.set(value()) });
  };
  const begun = Date.now() / 1_000 - process.uptime();
  read('process_start_time_seconds', 'When this process began, in seconds of Unix time.', () => begun);
  read('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  read('nodejs_heap_size_used_bytes', 'Used part of the JavaScript heap.', () => process.memoryUsage().heapUsed);
  let last = performance.eventLoopUtilization();
  read('nodejs_eventloop_utilization', 'Part of the time the event loop was busy, 0 to 1.', () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  });
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  read('nodejs_eventloop_lag_max_seconds', 'How late the event loop was at most.', () => {
    const late = delays.count > 0 ? Math.max(0, delays.max / 1e9 - resolutionMs / 1_000) : 0;
    delays.reset();
    return late;
  });
}
