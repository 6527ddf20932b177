import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connectBus, Publisher } from '@homing/messaging';
import type { Bus } from '@homing/messaging';
import { createLogger, Secret } from '@homing/service-kit';
import { createApiClient } from './api.client.js';
import { deadLetterCount } from './dead-letter.count.js';
import type { ExampleStack } from './example.stack.js';
import { sampleWhys } from './example.samples.js';
import type { Sample } from './example.samples.js';
import { FeedJournal } from './feed.journal.js';
import { openLiveFeed } from './live-feed.client.js';
import type { Progress } from './progress.line.js';
import type { RequestLine } from './request.lines.js';
import { RequestPublisher } from './request.publisher.js';
import { accountFor } from './run.accounting.js';
import { outreachOf } from './run.state.js';
import { gatherEvidence } from './run.evidence.js';
import type { ExampleSummary } from './example.summary.js';
import { untilAnswered, untilAtRest } from './run.waiting.js';

export interface RunWish {
  readonly stack: ExampleStack;
  readonly lines: readonly RequestLine[];
  readonly rate?: number | undefined;
  /** False: published is enough. */
  readonly wait: boolean;
  readonly progress: Progress;
}

export interface RunReport {
  readonly published: number;
  /** Absent when nobody waited. */
  readonly summary?: ExampleSummary;
  readonly publishedInMs: number;
  readonly endedInMs: number;
  readonly samples: readonly Sample[];
}

/** Publishes the lines and, if wanted, waits until each is at its end or at rest; then accounts for all of them. */
export async function runExample({ stack, lines, rate, wait, progress }: RunWish): Promise<RunReport> {
  const { apiUrl, apiKey, tenantId, simulatorUrl } = stack;
  const bus = await openBus(stack.natsUrl);
  const inbox = bus.inbox();
  const ending = new AbortController();
  const journal = new FeedJournal();
  const publisher = new RequestPublisher({
    publisher: new Publisher(bus),
    inbox,
    tenantId,
    nonce: randomUUID(),
    window: 256,
  });
  const ticking = setInterval(() => progress.show(progressText(lines.length, publisher, journal)), 200);
  try {
    await openLiveFeed({ apiUrl, apiKey, signal: ending.signal, hear: (transition) => journal.hear(transition) });
    const before = await deadLetterCount(bus);
    const deadLetters = async () => (await deadLetterCount(bus)) - before;
    const running = { lines, publisher, journal, api: createApiClient(stack), deadLetters };
    const startedAt = new Date().toISOString();
    const begun = performance.now();
    await publisher.publish(lines, rate);
    const publishedInMs = performance.now() - begun;
    const { published } = publisher;
    if (!wait) return { published, publishedInMs, endedInMs: publishedInMs, samples: [] };
    await untilAnswered(running);
    await untilAtRest(running);
    const endedInMs = performance.now() - begun;
    const evidence = await gatherEvidence(running, { startedAt, simulatorUrl });
    const rows = Map.groupBy(evidence.outreach.values(), ({ state }) => state);
    const byState = new Map([...rows].map(([state, found]) => [state, found.map(({ outreachId }) => outreachId)]));
    const samples = await sampleWhys({ api: running.api, apiUrl, byState });
    return { published, summary: accountFor(evidence), publishedInMs, endedInMs, samples };
  } finally {
    clearInterval(ticking);
    progress.show(progressText(lines.length, publisher, journal));
    progress.end();
    ending.abort();
    publisher.close();
    inbox.close();
    await bus.close();
  }
}

const busAnswersWithinMs = 5_000;

async function openBus(url: string): Promise<Bus> {
  const logger = createLogger({ service: 'example', instance: 'example-1', level: 'silent' });
  const bus = connectBus({ url: new Secret(url), name: 'example', logger });
  const inTime = await Promise.race([bus.api().then(() => true), delay(busAnswersWithinMs, false, { ref: false })]);
  if (inTime) return bus;
  await bus.close();
  throw new Error('the bus does not answer at NATS_URL\n  next: npm start, in another terminal, and wait for "ready"');
}

function progressText(lines: number, publisher: RequestPublisher, journal: FeedJournal): string {
  const heard = [...outreachOf({ publisher })].map((id) => journal.of(id));
  const count = (test: (of: NonNullable<(typeof heard)[number]>) => boolean) =>
    heard.filter((each) => each && test(each)).length;
  const parts = [
    `published ${publisher.published}/${lines}`,
    `decided ${publisher.answers.size}`,
    `sent ${count(({ taken }) => taken.size > 0)}`,
    `delivered ${count(({ delivered }) => delivered)}`,
    `refused ${count(({ refused }) => refused)}`,
  ];
  return parts.join('  ');
}
