import { describe, expect, it } from '@jest/globals';
import type { Capabilities, ChannelProvider, LookUpResult, OutboundMessage, SendResult } from '@homing/channels';
import { outreachStream, type LookUpAttempt, type OutreachEvent, type Recourse } from '@homing/contracts';
import { handleCommand } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { outreachFold } from '@homing/event-store/outreach';
import { RetryLaterError } from '@homing/messaging';
import {
  at,
  cancelAsked,
  committed,
  deliveryId,
  found,
  outreachId,
  request,
  started,
  T0,
  unknown,
} from '@homing/testing/outreach-story';
import { gateSaying } from '../send-delivery/open.gate.fixture.js';
import { LookUpPace } from './look-up.pace.js';
import { settleAttempt, type SettleParts } from './settle.attempt.js';

const { tenantId } = request;
const metadata = {
  tenantId,
  correlationId: outreachId,
  causationId: 'c',
  recordedAt: T0,
  recordedBy: 'spec',
  schemaVersion: 1,
};
const asked: LookUpAttempt = { tenantId, outreachId, deliveryId, leg: 1, channel: 'email', attempt: 1, wake: 1 };
const message: OutboundMessage = {
  deliveryId,
  attempt: 1,
  tenantId,
  to: { address: 'a@x.test' },
  from: { address: 'b@x.test' },
  text: 't',
};
const canBeAsked: Recourse = { lookUpAfterSeconds: 600 };
const honoursKeys: Recourse = { resendWithinSeconds: 900 };

interface Provider {
  readonly able?: Partial<Capabilities>;
  readonly lookUp?: () => LookUpResult;
  readonly send?: () => SendResult;
}

async function stage(recourse: Recourse | undefined, behaves: Provider = {}, ...more: OutreachEvent[]) {
  const store = new InMemoryEventStore();
  const append = (events: readonly OutreachEvent[], commandId: string) =>
    handleCommand(store, outreachFold, {
      stream: outreachStream(outreachId),
      decide: () => events,
      commandId,
      metadata,
    });
  const before = [...committed, started(1, 0, recourse), unknown(), ...more];
  await append(before, 'put');
  const questions: number[] = [];
  const sends: OutboundMessage[] = [];
  const unsupported: string[] = [];
  const capabilities: Capabilities = {
    idempotencyKey: recourse?.resendWithinSeconds ? { validSeconds: recourse.resendWithinSeconds } : false,
    lookUp: recourse?.lookUpAfterSeconds ? { afterSeconds: recourse.lookUpAfterSeconds, perMinute: 6 } : false,
    batch: false,
    webhooks: true,
    ...behaves.able,
  };
  const provider: ChannelProvider = {
    key: 'sendgrid',
    channel: 'email',
    capabilities,
    send: (sent) => (
      sends.push(sent),
      Promise.resolve((behaves.send ?? (() => ({ kind: 'accepted', providerMessageId: 'pm-again' })))())
    ),
    lookUp: () => (questions.push(1), Promise.resolve((behaves.lookUp ?? (() => ({ kind: 'not_found' })))())),
    close: () => undefined,
  };
  const settle = (second: number, over: Partial<SettleParts> = {}) =>
    settleAttempt(
      {
        store,
        instance: 'g',
        render: () => Promise.resolve({ kind: 'message', message }),
        gate: gateSaying(),
        provider: () => provider,
        now: () => at(second),
        providerTimeoutMs: 10_000,
        leaseMarginMs: 5_000,
        lookUpTimeoutMs: 1_000,
        pace: { take: () => 0, rest: () => undefined },
        onUnsupported: (_provider, code) => void unsupported.push(code),
        ...over,
      },
      asked,
    );
  const appended = async () => {
    const read = await store.readStream(outreachStream(outreachId));
    return read.kind === 'found' ? read.events.slice(before.length).map(({ type, data }) => ({ type, data })) : [];
  };
  return { settle, appended, append, questions, sends, unsupported };
}

describe('looking up an unknown outcome', () => {
  it('settles as sent what the provider has', async () => {
    const { settle, appended } = await stage(canBeAsked, {
      lookUp: () => ({ kind: 'accepted', providerMessageId: 'pm-9' }),
    });
    expect(await settle(615)).toEqual({ kind: 'sent', via: 'lookup' });
    expect(await appended()).toEqual([found('sent', { via: 'lookup', providerMessageId: 'pm-9', at: at(615) })]);
  });

  it('settles as not sent what the provider surely has not', async () => {
    const { settle, appended } = await stage(canBeAsked);
    expect(await settle(615)).toEqual({ kind: 'not_sent', via: 'lookup' });
    expect(await appended()).toEqual([found('not_sent', { via: 'lookup', at: at(615) })]);
  });

  it('comes back when it was too early for "not found" to count', async () => {
    const { settle, appended } = await stage(canBeAsked);
    await expect(settle(614)).rejects.toBeInstanceOf(RetryLaterError);
    expect(await appended()).toEqual([]);
  });

  it('settles nothing on an answer that says nothing, and comes back', async () => {
    const { settle, appended } = await stage(canBeAsked, {
      lookUp: () => ({ kind: 'unavailable', code: 'http_429', retryAfterSeconds: 90 }),
    });
    const rested: number[] = [];
    const pace = { take: () => 0, rest: (_: string, seconds: number) => void rested.push(seconds) };
    await expect(settle(615, { pace })).rejects.toMatchObject({ delayMs: 90_000 });
    expect(rested).toEqual([90]);
    expect(await appended()).toEqual([]);
  });

  it('says so, and settles nothing, where the account may not ask', async () => {
    const { settle, appended, unsupported } = await stage(canBeAsked, {
      lookUp: () => ({ kind: 'unsupported', code: 'http_403' }),
    });
    expect(await settle(615)).toEqual({ kind: 'open', reason: 'unsupported' });
    expect(unsupported).toEqual(['http_403']);
    expect(await appended()).toEqual([]);
  });

  it('asks nobody about what is known by now', async () => {
    const { settle, questions } = await stage(canBeAsked, {}, found('sent'));
    expect(await settle(615)).toEqual({ kind: 'stood_down', reason: 'not_unknown' });
    expect(questions).toEqual([]);
  });

  it('keeps to what the provider lets be asked', async () => {
    const { settle, questions } = await stage(canBeAsked, {
      lookUp: () => ({ kind: 'unavailable', code: 'http_500' }),
    });
    const pace = new LookUpPace(
      () => 0,
      () => 0,
    );
    await expect(settle(615, { pace })).rejects.toMatchObject({ delayMs: 60_000 });
    await expect(settle(615, { pace })).rejects.toMatchObject({ delayMs: 10_000 });
    expect(questions).toHaveLength(1);
  });

  it('handled twice at once settles once', async () => {
    const { settle, appended } = await stage(canBeAsked);
    await Promise.all([settle(615), settle(615)]);
    expect(await appended()).toHaveLength(1);
  });

  it('settles nothing by sending where no key is honoured', async () => {
    const { settle, sends, appended } = await stage(undefined);
    expect(await settle(615)).toEqual({ kind: 'open', reason: 'cannot_be_asked' });
    expect(sends).toEqual([]);
    expect(await appended()).toEqual([]);
  });
});

describe('sending again under a key that is honoured', () => {
  it('gives the provider the same attempt, and settles it as sent when it is taken', async () => {
    const { settle, sends, appended } = await stage(honoursKeys);
    expect(await settle(16)).toEqual({ kind: 'sent', via: 'resend' });
    expect(sends).toEqual([message]);
    expect(await appended()).toMatchObject([
      { type: 'AttemptResendStarted', data: { attempt: 1, leaseUntil: at(31) } },
      { type: 'UnknownOutcomeSettled', data: { outcome: 'sent', via: 'resend', providerMessageId: 'pm-again' } },
    ]);
  });

  it.each<[string, SendResult]>([
    ['refused', { kind: 'rejected', class: 'permanent', code: 'http_400' }],
    ['throttled', { kind: 'rejected', class: 'throttled', code: 'http_429' }],
    ['unknown again', { kind: 'unknown', reason: 'timed_out' }],
  ])('settles nothing when it is %s: the first call may have been taken all the same', async (_how, answer) => {
    const { settle, appended } = await stage(honoursKeys, { send: () => answer });
    expect((await settle(16)).kind).toBe('open');
    expect((await appended()).map((event) => event.type)).toEqual(['AttemptResendStarted']);
  });

  it('is done by one of many at a time', async () => {
    const { settle, sends } = await stage(honoursKeys);
    await Promise.all(Array.from({ length: 50 }, () => settle(16)));
    expect(sends).toHaveLength(1);
  });

  it.each<[string, number, OutreachEvent[], string]>([
    ['past the life of the key', 890, [], 'key_too_old'],
    ['once it is cancelled', 16, [cancelAsked(15)], 'cancelled'],
    ['once it is settled', 16, [found('not_sent')], 'not_unknown'],
  ])('is not done %s', async (_when, second, more, reason) => {
    const { settle, sends } = await stage(honoursKeys, {}, ...more);
    expect(await settle(second)).toEqual({ kind: 'stood_down', reason });
    expect(sends).toEqual([]);
  });

  it('is not done by a gateway whose provider honours none any more', async () => {
    const { settle, sends } = await stage(honoursKeys, { able: { idempotencyKey: false } });
    expect((await settle(16)).kind).toBe('open');
    expect(sends).toEqual([]);
  });

  it('comes second to asking, which costs nothing', async () => {
    const { settle, sends } = await stage({ ...canBeAsked, ...honoursKeys }, { lookUp: () => ({ kind: 'accepted' }) });
    expect(await settle(16)).toEqual({ kind: 'sent', via: 'lookup' });
    expect(sends).toEqual([]);
  });

  it.each([
    [{ kind: 'paused' }, 'campaign_paused'],
    [{ kind: 'stopped' }, 'campaign_stopped'],
    [{ kind: 'suppressed', reason: 'complaint' }, 'suppressed'],
  ] as const)('is not done past a gate that is %j', async (answer, reason) => {
    const { settle, sends, appended } = await stage(honoursKeys);
    expect(await settle(16, { gate: gateSaying(answer) })).toEqual({ kind: 'open', reason });
    expect(sends).toEqual([]);
    expect(await appended()).toEqual([]);
  });

  it('is not done past a gate that closed after the claim', async () => {
    const { settle, sends } = await stage(honoursKeys);
    const said = [{ answer: { kind: 'open' as const }, askedAt: performance.now() - 501 }];
    const shut = gateSaying({ kind: 'paused' });
    const gate = { ask: () => Promise.resolve(said.shift()).then((reading) => reading ?? shut.ask({} as never)) };
    expect(await settle(16, { gate })).toEqual({ kind: 'open', reason: 'campaign_paused' });
    expect(sends).toEqual([]);
  });

  it('is not done where the message cannot be made any more', async () => {
    const { settle, sends, appended } = await stage(honoursKeys);
    const render: SettleParts['render'] = () => Promise.resolve({ kind: 'impossible', reason: 'person_erased' });
    expect(await settle(16, { render })).toEqual({ kind: 'open', reason: 'person_erased' });
    expect(sends).toEqual([]);
    expect(await appended()).toEqual([]);
  });
});
