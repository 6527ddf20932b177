// What selector and scheduler are worth where people have preferences: measured here, shown in docs/decisions.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  CHANNELS_IN_USE,
  ENGAGE,
  live,
  PRICES,
  type Arm,
  type Outcome,
  type Planted,
} from './planted-world.fixture.js';

const full = process.env['HOMING_TEST_SIZE'] === 'full';
const page = 'docs/decisions.md';
const [begin, end] = ['<!-- made by tools/catalogues/planted-worth.spec.ts -->', '<!-- end of what is measured -->'];
const WORLDS: readonly Planted[] = [
  {
    new: { channel: 'email', hour: 8 },
    existing: { channel: 'whatsapp', hour: 19 },
    partner: { channel: 'sms', hour: 13 },
    former: { channel: 'email', hour: 20 },
  },
  {
    new: { channel: 'sms', hour: 17 },
    existing: { channel: 'email', hour: 11 },
    partner: { channel: 'whatsapp', hour: 18 },
    former: { channel: 'whatsapp', hour: 7 },
  },
];
const size = { warmUpDays: 120, days: 10, perDay: 100 };
const measured = WORLDS.map((planted) => live({ planted, seed: 1, ...size }, 'product'));

describe('people with a channel and an hour they take to', () => {
  it.each(WORLDS.map((planted, i) => [i + 1, planted] as const))(
    'are written to on that channel, in that hour, for more than nine in ten: world %i',
    (n, planted) => {
      const others = full ? [2, 3, 4, 5, 6] : [];
      const runs = others.map((seed) => live({ planted, seed, ...size }, 'product'));
      for (const { onChannel, inHour } of [...measured.slice(n - 1, n), ...runs]) {
        expect(onChannel).toBeGreaterThan(0.9);
        expect(inHour).toBeGreaterThan(0.9);
      }
    },
  );

  it('are not found by chance: who learned nothing writes in other hours', () => {
    for (const planted of WORLDS)
      expect(live({ planted, seed: 1, ...size, warmUpDays: 0, days: 1 }, 'product').inHour).toBeLessThan(0.5);
  });

  it('engage as the page says (UPDATE_DECISIONS=1 writes it; then run prettier)', () => {
    const [before = '', rest = ''] = readFileSync(page, 'utf8').split(begin);
    const [found = '', after = ''] = rest.split(end);
    if (process.env['UPDATE_DECISIONS'] === '1')
      writeFileSync(page, `${before}${begin}\n\n${made()}\n\n${end}${after}`);
    else expect(plain(found)).toBe(plain(made()));
  });
});

interface Row {
  readonly arm: string;
  readonly outcome: Outcome;
}

/** Over the worlds, which have as many messages each. */
function together(outcomes: readonly Outcome[]): Outcome {
  const mean = (of: (outcome: Outcome) => number): number =>
    outcomes.reduce((sum, each) => sum + of(each), 0) / outcomes.length;
  const [engaged, perMessage] = [mean((each) => each.engaged), mean((each) => each.perMessage)];
  return {
    messages: outcomes.reduce((sum, { messages }) => sum + messages, 0),
    ...{ onChannel: mean((each) => each.onChannel), inHour: mean((each) => each.inHour) },
    ...{ engaged, perMessage, perEngaged: perMessage / engaged },
  };
}

const rule = (arm: Arm): Outcome => together(WORLDS.map((planted) => live({ planted, seed: 1, ...size }, arm)));
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const thousands = (micros: number): string => Math.round(micros).toLocaleString('en-US');

function made(): string {
  const fixed: Row[] = CHANNELS_IN_USE.flatMap((channel) => [
    { arm: `${channel}, at once`, outcome: rule({ channel, sendTime: 'asap' }) },
    ...(channel === 'sms'
      ? []
      : [{ arm: `${channel}, at its good hour`, outcome: rule({ channel, sendTime: 'best_practice' }) }]),
  ]);
  const product: Row = { arm: 'chosen and learned', outcome: together(measured) };
  const head = [
    'written to',
    'on their channel',
    'in their hour',
    'engaged',
    'micros a message',
    'micros an engaged one',
  ];
  const rows = [product, ...fixed].map(({ arm, outcome }) => [
    ...[arm, percent(outcome.onChannel), percent(outcome.inHour), percent(outcome.engaged)],
    ...[thousands(outcome.perMessage), thousands(outcome.perEngaged)],
  ]);
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const byEngagement = [...fixed].sort((a, b) => b.outcome.engaged - a.outcome.engaged);
  const byCost = [...fixed].sort((a, b) => a.outcome.perEngaged - b.outcome.perEngaged);
  const [best, cheapest] = [byEngagement[0], byCost[0]];
  if (!best || !cheapest) throw new Error('there are rules to compare with');
  const times = (product.outcome.engaged / best.outcome.engaged).toFixed(2);
  const dearer = (product.outcome.perEngaged / cheapest.outcome.perEngaged).toFixed(1);
  const { both, channel, hour, neither } = ENGAGE;
  return [
    `Measured, not claimed: ${thousands(product.outcome.messages)} messages of two simulated worlds, after ${size.warmUpDays} days of ${size.perDay} messages in which a fifth of channels and hours was drawn: half of that is not enough, some runs then still miss the hour of one type. Four customer types in four zones each take to one channel and one hour of the day: ${percent(both)} engage where both are met, ${percent(channel)} on the channel alone, ${percent(hour)} in the hour alone, else ${percent(neither)}. Quiet hours 22:00 to 07:00. Prices are made up: ${CHANNELS_IN_USE.map((each) => `${each} ${thousands(PRICES[each])}`).join(', ')} micros.`,
    table,
    `Against the rule that engages most (${best.arm}) ${times} times as many engage. An engaged person costs ${dearer} times what the cheapest rule (${cheapest.arm}) pays: price is no factor of the score, so dear channels are used wherever people take to them. Whoever wants it cheaper sets \`channelPriority\`, or a budget. People without preferences would show no gain; how fast one is found depends on how much is sent.`,
  ].join('\n\n');
}

/** As it is read, whatever a formatter does to columns and line ends. */
const plain = (text: string): string =>
  text
    .replace(/-{3,}/g, '---')
    .replace(/\\_/g, '_')
    .replace(/[ \n]+/g, ' ')
    .trim();
