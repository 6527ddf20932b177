import { BEST_DAY, THROTTLE_STYLES, type Behaviour } from './behaviour.js';

export type BehaviourReading =
  | { readonly kind: 'read'; readonly behaviours: Readonly<Record<string, Behaviour>> }
  | { readonly kind: 'faulty'; readonly faults: readonly string[] };

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const number =
  (min: number, max: number): Check =>
  (value) =>
    typeof value === 'number' && value >= min && value <= max;
const rate = number(0, 1);
const milliseconds = number(0, 86_400_000);
const flag: Check = (value) => typeof value === 'boolean';
const span: Check = (value) =>
  milliseconds(value) ||
  (Array.isArray(value) && value.length === 2 && value.every(milliseconds) && Number(value[0]) <= Number(value[1]));
const statuses: Check = (value) =>
  isRecord(value) && Object.entries(value).every(([status, share]) => /^[45]\d\d$/.test(status) && rate(share));

const TOP: Shape = {
  latencyMs: span,
  answerDelayMs: span,
  errorRates: statuses,
  throttle: isRecord,
  dropAfterAccept: rate,
  dropBeforeAccept: rate,
  hangs: rate,
  hangsAfterAccept: rate,
  activity: isRecord,
  webhook: isRecord,
};
const ACTIVITY: Shape = { allowed: flag, delayMs: span, perMinute: number(0, 1e6) };
const THROTTLE: Shape = {
  rate,
  perSecond: number(0, 1e6),
  style: (value) => (THROTTLE_STYLES as readonly unknown[]).includes(value),
  retryAfterSeconds: number(0, 86_400),
};
const WEBHOOK: Shape = {
  delayMs: span,
  duplicates: number(0, 46),
  reorder: flag,
  dropRate: rate,
  unsigned: flag,
  paused: flag,
  batchSize: number(1, 1_000),
  gatherMs: milliseconds,
};

/**
 * Reads `{ <provider>: { ... } }`. What a provider's object leaves out is as on its best day. Every unknown provider, field
 * or value out of range is named; then nothing applies.
 */
export function readBehaviours(body: unknown, providers: readonly string[]): BehaviourReading {
  if (!isRecord(body)) return { kind: 'faulty', faults: ['the body must be an object: provider -> behaviour'] };
  const faults: string[] = [];
  const behaviours: Record<string, Behaviour> = {};
  for (const [provider, wanted] of Object.entries(body)) {
    if (!providers.includes(provider)) faults.push(`${provider}: unknown provider`);
    else if (!isRecord(wanted)) faults.push(`${provider}: must be an object`);
    else behaviours[provider] = readOne(provider, wanted, faults);
  }
  return faults.length > 0 ? { kind: 'faulty', faults } : { kind: 'read', behaviours };
}

function readOne(provider: string, wanted: Record<string, unknown>, faults: string[]): Behaviour {
  const { throttle, activity, webhook } = wanted;
  check(provider, wanted, TOP, faults);
  if (isRecord(throttle)) check(`${provider}.throttle`, throttle, THROTTLE, faults);
  if (isRecord(activity)) check(`${provider}.activity`, activity, ACTIVITY, faults);
  if (isRecord(webhook)) check(`${provider}.webhook`, webhook, WEBHOOK, faults);
  return {
    ...BEST_DAY,
    ...wanted,
    throttle: { ...BEST_DAY.throttle, ...(throttle as object) },
    activity: { ...BEST_DAY.activity, ...(activity as object) },
    webhook: { ...BEST_DAY.webhook, ...(webhook as object) },
  };
}

function check(path: string, values: Record<string, unknown>, shape: Shape, faults: string[]): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(shape, name)) faults.push(`${path}.${name}: unknown`);
    else if (!shape[name]?.(value)) faults.push(`${path}.${name}: out of range`);
  }
}
