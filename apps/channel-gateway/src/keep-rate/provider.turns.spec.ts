import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readProviderRates } from './provider.rates.js';
import type { Turn } from './provider.turns.js';
import { mostInASecond, sharedTurns } from './shared-turns.fixture.js';

describe('PROVIDER_RATES', () => {
  it('names messages a second by provider', () => {
    expect([...readProviderRates(' sendgrid:100; twilio : 0.5 ')!]).toEqual([
      ['sendgrid', 100],
      ['twilio', 0.5],
    ]);
    expect(readProviderRates('')!.size).toBe(0);
  });

  it.each([['sendgrid'], ['sendgrid:'], ['sendgrid:0'], ['sendgrid:-1'], ['a:1;a:2'], ['a:1e3'], ['A:1']])(
    '%j is refused whole',
    (text) => expect(readProviderRates(text)).toBeUndefined(),
  );
});

describe('turns at a provider', () => {
  it('are not needed where it has no rate', async () => {
    const { gateway, asked } = sharedTurns();
    expect(await gateway({ twilio: 1 }).take('sendgrid')).toBeUndefined();
    expect(asked()).toBe(0);
  });

  it('are taken in one round trip by all who wait', async () => {
    const { gateway, asked } = sharedTurns();
    const turns = gateway({ sendgrid: 100 });
    const taken = await Promise.all(Array.from({ length: 100 }, () => turns.take('sendgrid')));
    expect(taken.every((each) => each?.kind === 'turn')).toBe(true);
    expect(asked()).toBe(1);
  });

  it('are refused to whoever would wait longer than two seconds', async () => {
    const { gateway } = sharedTurns();
    const turns = gateway({ sendgrid: 10 });
    const taken = await Promise.all(Array.from({ length: 30 }, () => turns.take('sendgrid')));
    expect(taken.filter((each) => each?.kind === 'turn')).toHaveLength(18);
    expect(taken.at(-1)).toEqual({ kind: 'later', waitMs: 2_000 });
  });

  it('are short for as long as some find none again and again, and no longer once nobody has for a while', async () => {
    const { gateway, pass } = sharedTurns();
    const turns = gateway({ sendgrid: 1, twilio: 1 });
    const ask = () => Promise.all(Array.from({ length: 5 }, () => turns.take('sendgrid')));
    expect(turns.shortMs('sendgrid')).toBe(0);
    await ask();
    for (let n = 0; n < 5; n += 1) {
      pass(2_000);
      await ask();
    }
    expect(turns.shortMs('sendgrid')).toBeGreaterThanOrEqual(10_000);
    expect(turns.shortMs('twilio')).toBe(0);
    pass(10_100);
    expect(turns.shortMs('sendgrid')).toBe(0);
    await ask();
    expect(turns.shortMs('sendgrid')).toBe(0);
  });

  it('begin when they begin, and are over after a tenth of a second', async () => {
    const { gateway, pass } = sharedTurns();
    const turns = gateway({ sendgrid: 10 });
    const [, second] = (await Promise.all([turns.take('sendgrid'), turns.take('sendgrid')])) as [Turn, Turn];
    expect(turns.isOn(second)).toBe(false);
    expect(await turns.begun(second)).toBe(true);
    expect(turns.isOn(second)).toBe(true);
    pass(100);
    expect(turns.isOn(second)).toBe(false);
    expect(await turns.begun(second)).toBe(false);
  });

  it('are over at once where the database took too long to answer: nobody knows when they began', async () => {
    const { gateway } = sharedTurns(() => 60);
    const turns = gateway({ sendgrid: 10 });
    const turn = (await turns.take('sendgrid')) as Turn;
    expect(await turns.begun(turn)).toBe(false);
  });

  it('never let any second see more calls than the rate, however many gateways take them and whenever they use them', async () => {
    const step = fc.record({
      gateway: fc.nat(1),
      count: fc.integer({ min: 1, max: 12 }),
      pause: fc.nat(400),
      use: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const story = fc.record({
      rate: fc.constantFrom(1, 3, 10, 40),
      latencies: fc.array(fc.nat(45), { minLength: 1, maxLength: 5 }),
      steps: fc.array(step, { minLength: 1, maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(story, async ({ rate, latencies, steps }) => {
        let n = 0;
        const shared = sharedTurns(() => latencies[n++ % latencies.length] ?? 0);
        const gateways = [shared.gateway({ one: rate }), shared.gateway({ one: rate })];
        const starts: number[] = [];
        for (const { gateway, count, pause, use } of steps) {
          const taken = await Promise.all(Array.from({ length: count }, () => gateways[gateway]!.take('one')));
          for (const turn of taken)
            if (turn?.kind === 'turn' && turn.from <= turn.until)
              starts.push(turn.from + use * (turn.until - turn.from));
          shared.pass(pause);
        }
        expect(mostInASecond(starts)).toBeLessThanOrEqual(Math.max(1, rate));
      }),
      { numRuns: 40 },
    );
  });
});
