// The tables of factors and the worked example in docs/decisions.md are made from the code.
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CHANNELS, SELECTION_FACTORS, type Channel } from '@homing/contracts';
import {
  CUSTOMER_TYPE_SCALE,
  DAY_PARTS,
  decisionSentence,
  DEFAULT_POLICY,
  DEVICE_SCALE,
  selectChannels,
  TIME_OF_DAY_SCALE,
  URGENCY_SCALE,
  type ChannelSelection,
  type FactorScale,
} from '@homing/domain';
import { request, T0 } from '@homing/testing/outreach-story';

const page = 'docs/decisions.md';
const [begin, end] = ['<!-- made by tools/catalogues/channel-selection.spec.ts -->', '<!-- end of what is made -->'];
const shown = CHANNELS.filter((channel) => channel !== 'phone');

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function scale(title: string, { rows, source }: FactorScale<string>): string {
  const names = Object.keys(rows);
  const body = shown.map((channel) => [channel, ...names.map((name) => rows[name]?.[channel] ?? '0.5')]);
  return `**${title}** (source: ${source})\n\n${table(['channel', ...names], body)}`;
}

/** An existing customer on a phone at 19:00; of 200 emails 60 engaged, of 80 texts 40. */
function example(): ChannelSelection {
  const channels: readonly Channel[] = ['email', 'sms', 'phone'];
  const { email } = DEFAULT_POLICY.channels;
  if (!email) throw new Error('the product has email');
  return selectChannels({
    request: {
      ...{ ...request, customerType: 'existing', device: 'mobile' },
      contacts: channels.map((channel) => ({ channel, ordinal: 0, fingerprint: channel, mask: 'm' })),
    },
    inputs: {
      ...{ optedOut: [], contentChannels: channels, localHour: 19 },
      engagement: {
        tenant: { email: { sent: 200, engaged: 60 }, sms: { sent: 80, engaged: 40 } },
        customerType: { email: { sent: 100, engaged: 25 }, sms: { sent: 60, engaged: 33 } },
      },
    },
    policy: { ...DEFAULT_POLICY, channels: { email, sms: { ...email, provider: 'twilio' } } },
    at: T0,
  });
}

function shownExample({ ranked, excluded, confidence, record }: ChannelSelection): string {
  const rows = SELECTION_FACTORS.map((factor) => [
    factor,
    record.weights[factor],
    ...ranked.flatMap(({ factors }) => [factors[factor].raw, factors[factor].contribution]),
  ]);
  const sums = ['score', '', ...ranked.flatMap(({ score }) => ['', score])];
  const head = ['factor', 'weight', ...ranked.flatMap(({ channel }) => [`${channel}: raw`, 'contribution'])];
  const steps = [{ step: 'send_time', outcome: 'passed', code: 'now' }] as const;
  const told = decisionSentence({ policyVersion: '', decidedAt: T0, steps, ranked, excluded, selection: record });
  const numbers = `Confidence ${confidence}; recommendations: ${record.recommendations.join(', ') || 'none'}.`;
  return `${table(head, [...rows, sums])}\n\n${numbers}\n\n> ${told}`;
}

function made(): string {
  const parts = DAY_PARTS.map(({ part, from }) => `${part} from ${from}:00`).join(', ');
  return [
    scale('Customer type', CUSTOMER_TYPE_SCALE),
    scale('Device', DEVICE_SCALE),
    scale('Urgency', URGENCY_SCALE),
    scale('Time of day', TIME_OF_DAY_SCALE),
    `Parts of the person’s day: ${parts}.`,
    '### Worked example',
    'An existing customer with a phone, at 19:00 their time, normal urgency. Of the tenant’s 200 emails 60 engaged (of 100 to existing customers 25), of its 80 texts 40 (of 60: 33).',
    shownExample(example()),
  ].join('\n\n');
}

/** As it is read, whatever a formatter does to columns and line ends. */
const plain = (text: string): string =>
  text
    .replace(/-{3,}/g, '---')
    .replace(/\\_/g, '_')
    .replace(/[ \n]+/g, ' ')
    .trim();

describe('the page on decisions', () => {
  it('shows the scales and the example as they are (UPDATE_DECISIONS=1 writes them; then run prettier)', () => {
    const [before = '', rest = ''] = readFileSync(page, 'utf8').split(begin);
    const [found = '', after = ''] = rest.split(end);
    if (process.env['UPDATE_DECISIONS'] === '1')
      writeFileSync(page, `${before}${begin}\n\n${made()}\n\n${end}${after}`);
    else expect(plain(found)).toBe(plain(made()));
  });

  it('has an example whose sums are right', () => {
    for (const { score, factors } of example().ranked) {
      const sum = SELECTION_FACTORS.reduce((total, factor) => total + factors[factor].contribution, 0);
      expect(sum).toBeCloseTo(score, 3);
    }
    expect(example().ranked.map(({ channel }) => channel)).toEqual(['sms', 'email']);
  });
});
