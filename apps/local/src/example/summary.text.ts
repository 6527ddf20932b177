import type { ExampleSummary } from './example.summary.js';
import type { Sample } from './example.samples.js';

export interface Shown {
  readonly run: string;
  readonly summary: ExampleSummary;
  readonly publishedInMs: number;
  readonly endedInMs: number;
  readonly samples: readonly Sample[];
}

/** The summary as people read it. */
export function summaryText({ run, summary, publishedInMs, endedInMs, samples }: Shown): string {
  return [
    ...intakeLines(run, summary),
    '',
    ...endLines(summary),
    '',
    ...ledgerLines(summary),
    `published in ${seconds(publishedInMs)} (${rate(summary.published, publishedInMs)}), at rest after ${seconds(endedInMs)} (${rate(summary.published, endedInMs)})`,
    ...(samples.length > 0 ? ['', 'why:'] : []),
    ...samples.flatMap(({ state, why, link }) => [`  ${state}: ${why}`, `    ${link}`]),
    '',
    ...verdict(run, summary),
    '',
  ].join('\n');
}

function intakeLines(run: string, summary: ExampleSummary): string[] {
  const { deadLetters, unanswered } = summary;
  return [
    `run "${run}"`,
    row('published', summary.published),
    row('accepted', summary.accepted),
    row('known before', summary.knownBefore, 'asked for by an earlier run: nothing was sent again'),
    row('repeats', summary.repeats, 'the same request once more: one outreach'),
    row(
      'dead letters',
      deadLetters.lines.length,
      `${deadLetters.countedOnBus} counted on the bus; fields as the contract names them`,
    ),
    ...deadLetters.lines.map(({ line, field }) => `    line ${line}: ${field}`),
    ...(unanswered.length > 0 ? [row('unanswered', unanswered.length)] : []),
    ...some(unanswered, ({ line, reason }) => `    line ${line}: ${reason}`),
  ];
}

function endLines({ audience, ends, opened, clicked, refusals, open }: ExampleSummary): string[] {
  const { delivered, refused, retrying, unknown, open: underWay, ...others } = ends;
  const waiting = 'run the example again to see what became of them';
  return [
    row('outreach', audience),
    row('delivered', delivered, `opened ${opened}, clicked ${clicked}`),
    ...Object.entries(others).flatMap(([end, count]) => (count > 0 ? [row(end, count)] : [])),
    row('refused', refused),
    ...refusals.map(({ step, reason, count }) => `    ${step}: ${reason.replaceAll('_', ' ')} ${count}`),
    row('outcome unknown', unknown),
    row('still retrying', retrying, waiting),
    ...(underWay > 0 ? [row('under way', underWay)] : []),
    ...some(open, ({ outreachId, state, reason }) => `    ${outreachId} ${state}: ${reason}`),
  ];
}

function ledgerLines({ ledger }: ExampleSummary): string[] {
  const { messages, attempts, sentTwice, unclaimed, missing } = ledger;
  return [
    `messages in the ledger: ${messages}, distinct deliveries+attempts: ${attempts}, sent twice: ${sentTwice}`,
    ...some(unclaimed, (key) => `    in the ledger only: ${key}`),
    ...some(missing, (key) => `    not in the ledger: ${key}`),
  ];
}

function verdict(run: string, { faults, accepted, knownBefore }: ExampleSummary): string[] {
  if (faults.length > 0) return ['NOT accounted for:', ...faults.map((fault) => `  ${fault}`)];
  const again = `run "${run}" was published before: nothing new was sent; npm run example -- --run <name> sends anew`;
  return [
    'every request is accounted for, nothing was sent twice',
    ...(accepted === 0 && knownBefore > 0 ? [again] : []),
  ];
}

const most = 10;
const some = <T>(items: readonly T[], line: (item: T) => string): string[] => [
  ...items.slice(0, most).map(line),
  ...(items.length > most ? [`    and ${items.length - most} more`] : []),
];
const row = (name: string, count: number, note = ''): string =>
  `  ${name.padEnd(16)} ${String(count).padStart(6)}${note && count > 0 ? `  (${note})` : ''}`;
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
const rate = (count: number, ms: number): string => `${Math.round((count * 1_000) / Math.max(1, ms))}/s`;
