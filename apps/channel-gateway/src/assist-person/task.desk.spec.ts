import { describe, expect, it } from '@jest/globals';
import type { OutboundMessage } from '@homing/channels';
import { outreachStream, type AssistedRequest, type OutreachEvent } from '@homing/contracts';
import { handleCommand } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { outreachFold } from '@homing/event-store/outreach';
import {
  assistance,
  at,
  committed,
  deliveryId,
  outreachId,
  request,
  started,
  T0,
} from '@homing/testing/outreach-story';
import { createTaskAnswerKey } from '@homing/vault/letters';
import { sealTaskAnswer } from '@homing/vault/seal';
import type { GateAnswer } from '@homing/vault/gate';
import { gateSaying } from '../send-delivery/open.gate.fixture.js';
import { answerTask, taskIdOf, type TaskDeskParts } from './task.desk.js';

const { tenantId } = request;
const metadata = {
  tenantId,
  correlationId: outreachId,
  causationId: 'c',
  recordedAt: T0,
  recordedBy: 'spec',
  schemaVersion: 1,
};
const message: OutboundMessage = {
  deliveryId,
  attempt: 1,
  tenantId,
  to: { address: 'urn:li:person:ada', name: 'Ada' },
  from: { address: 'b@x.test' },
  text: 'Hello Ada',
};

async function stage(events: readonly OutreachEvent[] = [...committed, started(), assistance()], gate?: GateAnswer) {
  const store = new InMemoryEventStore();
  const base = { stream: outreachStream(outreachId), commandId: 'put', metadata };
  await handleCommand(store, outreachFold, { ...base, decide: () => events });
  let seconds = 60;
  const parts = (over: Partial<TaskDeskParts> = {}): TaskDeskParts => ({
    store,
    instance: 'g',
    render: () => Promise.resolve({ kind: 'message', message }),
    gate: gateSaying(gate),
    seal: sealTaskAnswer,
    now: () => at((seconds += 1)),
    ...over,
  });
  const types = async () => {
    const read = await store.readStream(outreachStream(outreachId));
    return read.kind === 'found' ? read.events.map(({ type }) => type).slice(events.length) : [];
  };
  return { parts, types };
}

const of = { tenantId, outreachId, leg: 1, attempt: 1, by: 'key:k', replyTo: '_INBOX_api.x.y' };
const open = (answerKey: string, over: object = {}): AssistedRequest => ({ ...of, action: 'open', answerKey, ...over });
const done = (over: Partial<Extract<AssistedRequest, { action: 'finish' }>> = {}): AssistedRequest => ({
  ...of,
  action: 'finish',
  outcome: 'sent',
  ...over,
});

describe('the desk of assisted tasks', () => {
  it('shows the text, sealed to who asked, and puts on record that it was shown', async () => {
    const { parts, types } = await stage();
    const key = createTaskAnswerKey();
    const answer = await answerTask(parts(), open(key.key));
    if (answer.kind !== 'opened') throw new Error(answer.kind);
    expect(JSON.stringify(answer)).not.toContain('Ada');
    const bytes = await key.open(Buffer.from(answer.sealed, 'base64'), { tenantId, taskId: taskIdOf(of) });
    expect(JSON.parse(Buffer.from(bytes).toString())).toEqual({
      channel: 'email',
      to: message.to,
      from: message.from,
      text: 'Hello Ada',
    });
    expect(await types()).toEqual(['AssistedTaskOpened']);
  });

  it('shows nothing to another tenant, of another task, or while the campaign rests', async () => {
    const { parts, types } = await stage();
    const { key } = createTaskAnswerKey();
    const elsewhere = '0a6f2c8e-6c0e-4b43-9d0c-00000000ffff';
    expect(await answerTask(parts(), open(key, { tenantId: elsewhere }))).toEqual({ kind: 'not_found' });
    expect(await answerTask(parts(), open(key, { attempt: 2 }))).toEqual({ kind: 'not_found' });
    expect(await answerTask(parts(), open(key, { leg: 9 }))).toEqual({ kind: 'not_found' });
    const resting = { kind: 'resting', reason: 'campaign_paused' };
    expect(await answerTask(parts({ gate: gateSaying({ kind: 'paused' }) }), open(key))).toEqual(resting);
    expect(await types()).toEqual([]);
  });

  it('withdraws the task of an address that was suppressed meanwhile from whoever looks', async () => {
    const { parts, types } = await stage(undefined, { kind: 'suppressed', reason: 'unsubscribe' });
    const asked = open(createTaskAnswerKey().key);
    expect(await answerTask(parts(), asked)).toEqual({ kind: 'withdrawn', reason: 'suppressed' });
    expect(await types()).toEqual(['DeliverySkipped', 'OutreachSettled']);
    expect(await answerTask(parts(), asked)).toMatchObject({ kind: 'withdrawn', reason: 'skipped' });
  });

  it('records that it was sent to an address that was suppressed meanwhile, before and after it was withdrawn', async () => {
    for (const seen of [false, true]) {
      const { parts, types } = await stage(undefined, { kind: 'suppressed', reason: 'unsubscribe' });
      if (seen) await answerTask(parts(), open(createTaskAnswerKey().key));
      expect(await answerTask(parts(), done())).toMatchObject({ kind: 'done', outcome: 'sent', despite: 'suppressed' });
      expect((await types()).at(-1)).toBe('AssistedTaskDone');
    }
  });

  it('of twenty who ask at once for themselves one is shown it, the others by whom it is in hand', async () => {
    const { parts, types } = await stage();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        answerTask(parts(), open(createTaskAnswerKey().key, { worker: `worker-${i}` })),
      ),
    );
    expect(answers.filter(({ kind }) => kind === 'opened')).toHaveLength(1);
    expect(answers.filter(({ kind }) => kind === 'claimed')).toHaveLength(19);
    expect(await types()).toEqual(['AssistedTaskOpened']);
  });

  it('withdraws the task of a person who was erased', async () => {
    const { parts, types } = await stage();
    const render = () => Promise.resolve({ kind: 'impossible', reason: 'person_erased' } as const);
    const answer = await answerTask(parts({ render }), open(createTaskAnswerKey().key));
    expect(answer).toEqual({ kind: 'withdrawn', reason: 'person_erased' });
    expect(await types()).toEqual(['DeliverySkipped', 'OutreachSettled']);
  });

  it('hears that nothing was sent even of an address that was suppressed', async () => {
    const { parts, types } = await stage(undefined, { kind: 'suppressed', reason: 'unsubscribe' });
    expect(await answerTask(parts(), done({ outcome: 'declined' }))).toMatchObject({ kind: 'done' });
    expect(await types()).toEqual(['AssistedTaskDone']);
  });

  it('of fifty people who say at once that it was sent, one is heard and the others are told', async () => {
    const { parts, types } = await stage();
    const desks = [parts({ instance: 'one' }), parts({ instance: 'two' })];
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        answerTask(desks[i % 2]!, done({ by: `key:${i}`, idempotencyKey: `digest-${i}` })),
      ),
    );
    expect(answers.filter(({ kind }) => kind === 'done')).toHaveLength(1);
    expect(answers.filter(({ kind }) => kind === 'already_done')).toHaveLength(49);
    expect(await types()).toEqual(['AssistedTaskDone']);
  });

  it('a word said again under its key, even at once, stands once', async () => {
    const { parts, types } = await stage();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => answerTask(parts(), done({ idempotencyKey: 'digest' }))),
    );
    expect(answers.every(({ kind }) => kind === 'done')).toBe(true);
    expect(answers.filter((answer) => answer.kind === 'done' && !answer.repeated)).toHaveLength(1);
    expect(await types()).toEqual(['AssistedTaskDone']);
  });
});
