import { until, type LocalStack } from '@homing/testing/local-stack';
import { valueFigure, type Figure, type SectionReport } from '../figures/report.js';
import { loadMessages, queuesEmpty } from '../load/message.load.js';
import { ownCpuMs } from '../machine/own.cpu.js';
import { usageOfStack, type StackUsage } from '../machine/stack.usage.js';
import { startBenchStack } from '../stack/bench.stack.js';
import { projected } from '../stack/projection.drain.js';
import { cpuSpent, noise } from './cost.figures.js';
import type { SectionParts } from './section.js';

const AIM = 500;
/** Away while the gateway works: it has the machine to itself, with the stores, the bus and the simulated provider. */
const AWAY = ['scheduler', 'projector', 'orchestrator', 'webhook-ingestion', 'api'];

/**
 * How fast the gateway sends what is decided: dispatches are put on the bus while it stands still, then it is let go. Once with many
 * emails in a call, once with a call for each; each time on a stack of its own.
 */
export async function batchedEmail(parts: Omit<SectionParts, 'stack'>): Promise<SectionReport> {
  const { flags } = parts;
  const count = Math.round((flags.seconds ?? (flags.quick ? 1 : 8)) * AIM);
  const many = await worked(parts, { count, maxBatch: 1_000, aim: AIM });
  const single = await worked(parts, { count, maxBatch: 1 });
  return {
    name: 'batched-email',
    what:
      `${count} decided emails, each in its own words and with a one-click link of its own, wait on the bus for the gateway, which then sends them through SendGrid: ` +
      'claimed one by one, the provider called for as many as are ready together, every answer recorded and acknowledged. ' +
      'One gateway; orchestrator, scheduler, projector, API and ingestion stand still meanwhile, webhooks are held back.',
    othersShare: Math.max(many.others, single.others),
    figures: [...many.figures, ...single.figures],
  };
}

interface Wish {
  readonly count: number;
  readonly maxBatch: number;
  readonly aim?: number;
}

async function worked(
  { flags, say }: Omit<SectionParts, 'stack'>,
  { count, maxBatch, aim }: Wish,
): Promise<{ readonly figures: readonly Figure[]; readonly others: number }> {
  const label = maxBatch > 1 ? 'many in a call' : 'a call for each';
  say(`batched-email: starting a stack, ${label}`);
  const environment = { SENDGRID_MAX_BATCH: String(maxBatch), DISPATCH_WINDOW: '100000' };
  const stack = await startBenchStack({ gatherMs: flags.gatherMs, environment });
  const still = new Set<string>();
  const signal = (name: string, what: 'SIGSTOP' | 'SIGCONT'): void => {
    process.kill(stack.pid(name), what);
    if (what === 'SIGSTOP') still.add(name);
    else still.delete(name);
  };
  try {
    await stack.behave({ webhook: { paused: true } });
    await loadMessages(stack, { rate: 60, seconds: flags.quick ? 2 : 8, via: 'bus' });
    await queuesEmpty(stack);
    say(`batched-email: ${count} dispatches are put on the bus`);
    for (const name of ['channel-gateway', 'scheduler']) signal(name, 'SIGSTOP');
    const before = (await stack.ledger()).length;
    const rate = flags.rate ?? 150;
    const { accepted } = await loadMessages(stack, { rate, seconds: count / rate, via: 'bus' });
    await waiting(stack, (left) => left >= accepted.length, `${accepted.length} dispatches to wait`);
    await projected(stack);
    for (const name of AWAY) if (!still.has(name)) signal(name, 'SIGSTOP');
    say(`batched-email: ${accepted.length} are sent`);
    const own = ownCpuMs();
    const from = await usageOfStack(stack);
    signal('channel-gateway', 'SIGCONT');
    await waiting(stack, (left) => left === 0, 'every dispatch to be answered');
    const to = await usageOfStack(stack);
    const lines = (await stack.ledger(before)).map(({ at, deliveryId, messageId }) => ({
      ...{ at: Date.parse(String(at)), deliveryId, call: String(messageId) },
    }));
    const sent = new Set(lines.map(({ deliveryId }) => deliveryId));
    if (sent.size !== accepted.length || lines.length !== accepted.length)
      throw new Error(
        `${accepted.length} were to be sent once each, and ${sent.size} were, with ${lines.length} calls`,
      );
    return { figures: figuresOf(label, lines, { from, to, aim }), others: noise(from, to, ownCpuMs() - own) };
  } finally {
    for (const name of [...still]) signal(name, 'SIGCONT');
    await stack.stop();
  }
}

interface Sent {
  readonly at: number;
  readonly call: string;
}

interface Measured {
  readonly from: StackUsage;
  readonly to: StackUsage;
  readonly aim: number | undefined;
}

function figuresOf(label: string, lines: readonly Sent[], { from, to, aim }: Measured): Figure[] {
  const seconds = (Math.max(...lines.map(({ at }) => at)) - Math.min(...lines.map(({ at }) => at))) / 1_000;
  const spent = (name: string): number => ((to.cpuMs[name] ?? 0) - (from.cpuMs[name] ?? 0)) / lines.length;
  return [
    valueFigure(`sent, first to last; ${label}`, lines.length / seconds, {
      unit: '/s',
      ...(aim === undefined ? {} : { aim: { of: 'value', bound: aim } }),
    }),
    valueFigure(`sent, answered and acknowledged; ${label}`, (1_000 * lines.length) / (to.at - from.at), {
      unit: '/s',
    }),
    valueFigure(`emails in a call; ${label}`, lines.length / new Set(lines.map(({ call }) => call)).size, {
      unit: 'items',
    }),
    valueFigure(`CPU an email, everything; ${label}`, cpuSpent(from, to).all / lines.length, {
      unit: 'CPU-ms',
      to: 'cpu',
    }),
    ...['channel-gateway', 'event-store-dev', 'postgres-events', 'nats', 'postgres', 'provider-simulator'].map((name) =>
      valueFigure(`CPU an email, ${name}; ${label}`, spent(name), { unit: 'CPU-ms', to: 'cpu' }),
    ),
  ];
}

async function waiting(stack: LocalStack, enough: (left: number) => boolean, what: string): Promise<void> {
  const bus = await stack.bus('orchestrator');
  try {
    await until(async () => enough(await bus.backlog('dispatch')), what, 10 * 60_000);
  } finally {
    await bus.close();
  }
}
