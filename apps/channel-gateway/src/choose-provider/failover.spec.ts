import { describe, expect, it } from '@jest/globals';
import { outreachStream } from '@homing/contracts';
import { readOutreach } from '@homing/event-store/outreach';
import { RetryLaterError } from '@homing/messaging';
import { twoProviders, type Behaviour } from './two-providers.fixture.js';

const countOf = (by: readonly string[], provider: string): number => by.filter((each) => each === provider).length;

describe('two providers of a channel', () => {
  it('are used in the order they are preferred', async () => {
    const { run, twice } = twoProviders();
    expect(countOf(await run(30), 'sendgrid')).toBe(30);
    expect(twice()).toEqual([]);
  });

  it.each<[Behaviour, number]>([
    ['down', 6],
    ['dead', 6],
    ['slow', 30],
    ['throttles', 3],
    ['refuses', 3],
  ])('one %s: the other takes over, nothing is sent twice, and the first comes back gradually', async (how, most) => {
    const { behaviour, run, twice, asked, timing } = twoProviders();
    await run(10);
    behaviour['sendgrid'] = how;
    const before = timing.monotonic();
    const failing = await run(80);
    // Never more of them were asked of the bad one than it takes to find out.
    expect(asked.slice(10).filter((each) => each === 'sendgrid').length).toBeLessThanOrEqual(most + 6);
    expect(countOf(failing.slice(most), 'mailgun')).toBeGreaterThanOrEqual(70 - most);
    expect(countOf(failing, 'nobody')).toBe(0);
    expect(timing.monotonic() - before).toBeLessThan(how === 'dead' || how === 'slow' ? 320_000 : 120_000);

    behaviour['sendgrid'] = 'well';
    const back = await run(250, 1_000);
    const firstBack = back.indexOf('sendgrid');
    expect(firstBack).toBeGreaterThanOrEqual(0);
    expect(back.slice(-20)).toEqual(Array.from({ length: 20 }, () => 'sendgrid'));
    if (how !== 'throttles') expect(back.slice(firstBack, firstBack + 40)).toContain('mailgun');
    expect(twice()).toEqual([]);
  });

  it('that are slow alike keep their places', async () => {
    const { behaviour, run } = twoProviders();
    Object.assign(behaviour, { sendgrid: 'slow', mailgun: 'slow' });
    const by = await run(120);
    expect(countOf(by.slice(60), 'sendgrid')).toBeGreaterThan(50);
  });

  it('one that refuses the sender of a message: that message goes to the other, nobody else’s does', async () => {
    const { behaviour, run, changes } = twoProviders();
    behaviour['sendgrid'] = 'refuses sender';
    expect(await run(10)).toEqual(Array.from({ length: 10 }, () => 'mailgun'));
    behaviour['sendgrid'] = 'well';
    expect(countOf(await run(10), 'sendgrid')).toBe(10);
    expect(changes).toEqual([]);
  });

  it('never take over an attempt whose outcome is unknown', async () => {
    const { behaviour, message, dispatch, deliver, took, store } = twoProviders();
    behaviour['sendgrid'] = 'dead';
    const id = await message();
    expect(await dispatch(id)).toEqual({ kind: 'unknown' });
    await deliver(id);
    expect(took).toEqual([{ provider: 'sendgrid', deliveryId: `${id}.1` }]);
    const read = await store.readStream(outreachStream(id));
    expect(read.kind === 'found' && read.events.map(({ type }) => type).slice(3)).toEqual([
      'AttemptStarted',
      'AttemptOutcomeUnknown',
    ]);
  });

  it('each send as themselves, and the attempt says who it was', async () => {
    const { behaviour, message, deliver, store } = twoProviders();
    behaviour['sendgrid'] = 'refuses';
    const id = await message();
    const state = await deliver(id);
    const attempts = state.status === 'none' ? [] : (state.deliveries[0]?.attempts ?? []);
    expect(attempts.map(({ provider, answer }) => [provider, answer?.kind])).toEqual([
      ['sendgrid', 'rejected'],
      ['mailgun', 'accepted'],
    ]);
    // The refused one waits for nothing: the other is there.
    expect(Date.parse(attempts[1]!.startedAt) - Date.parse(attempts[0]!.startedAt)).toBeLessThan(5_000);
    expect((await readOutreach(store, id)).state.status).not.toBe('none');
  });

  it('that both refuse our key are not asked: the dispatch is put down, unclaimed', async () => {
    const { behaviour, message, dispatch, store, asked, rota, changes } = twoProviders();
    Object.assign(behaviour, { sendgrid: 'refuses', mailgun: 'refuses' });
    const first = await message();
    await dispatch(first);
    await dispatch(await message());
    const calls = asked.length;
    const id = await message();
    await expect(dispatch(id)).rejects.toThrow(RetryLaterError);
    expect(asked).toHaveLength(calls);
    const read = await store.readStream(outreachStream(id));
    expect(read.kind === 'found' && read.events).toHaveLength(3);
    expect(rota.unwell()).toEqual(['email:sendgrid stopped (auth)', 'email:mailgun stopped (auth)']);
    expect(changes.map(({ provider, standing }) => [provider, standing.kind])).toEqual([
      ['sendgrid', 'stopped'],
      ['mailgun', 'stopped'],
    ]);
  });
});
