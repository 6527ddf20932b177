import { emailStory } from '../../../libs/read-model/src/fixtures/outreach-story.fixture.js';
import type { EventStore } from '@homing/event-store';
import { createLogger } from '@homing/service-kit';
import type { LeaderParts } from './lead/projector.leader.js';
import type { ProjectionStatus } from './lead/projection.status.js';
import { STARTING } from './lead/projection.status.js';

/** Waits for a condition; the limit only guards against a hang. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 40_000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

type Events = readonly { readonly type: string; readonly data: unknown }[];

/** Appends the next events of a story, as the services would. */
export async function append(
  store: EventStore,
  n: number,
  events: (story: ReturnType<typeof emailStory>) => Events,
): Promise<void> {
  const story = emailStory({ n, tenant: n % 2, campaignKey: 'spring' });
  const read = await store.readStream(story.stream);
  const { tenantId, outreachId } = story;
  const metadata = {
    tenantId,
    correlationId: outreachId,
    causationId: outreachId,
    recordedBy: 'test',
    schemaVersion: 1,
  };
  const result = await store.append({
    stream: story.stream,
    expectedRevision: read.kind === 'missing' ? 'no_stream' : read.revision,
    commandId: `${n} ${read.kind === 'missing' ? 0 : read.revision}`,
    events: events(story),
    metadata: { ...metadata, recordedAt: new Date().toISOString() },
  });
  if (result.kind !== 'appended') throw new Error('the test appended at an old revision');
}

/** A bus that notes what it stored, and fails on demand. */
export class FakeBus {
  readonly stored: { readonly key: string; readonly subject: string }[] = [];
  readonly pokes: object[] = [];
  readonly tried: { readonly key: string; readonly subject: string }[] = [];
  /** Called before each message is stored; what it throws is the bus's refusal. */
  refuse: (key: string) => void = () => undefined;

  constructor(state: 'there' | 'away' = 'there') {
    if (state === 'away') this.refuse = refuseAll;
  }

  readonly publisher: LeaderParts['publisher'] = {
    publishMany: async (messages) =>
      Promise.all(
        messages.map(async ({ key, subject }) => {
          try {
            this.tried.push({ key, subject });
            this.refuse(key);
            const duplicate = this.stored.some((message) => message.key === key);
            if (!duplicate) this.stored.push({ key, subject });
            return { status: 'fulfilled' as const, value: { stream: 'EVENTS', seq: this.stored.length, duplicate } };
          } catch (reason) {
            return { status: 'rejected' as const, reason };
          }
        }),
      ),
  };
  readonly notify = (_subject: string, data?: Uint8Array | object): boolean => this.pokes.push(data ?? {}) > 0;
}

const refuseAll = (): never => {
  throw new Error('bus is away');
};

/** Keeps what a leader says of itself. */
export class StatusBoard {
  status: ProjectionStatus = STARTING;
  readonly onStatus = (change: Partial<ProjectionStatus>): void => {
    this.status = { ...this.status, ...change };
  };
}

export const silent = createLogger({ service: 'projector', instance: 'test', level: 'silent' });
