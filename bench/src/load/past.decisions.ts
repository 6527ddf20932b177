import type { OutreachRequested } from '@homing/contracts';
import {
  DEFAULT_POLICY,
  decideOutreach,
  emptyOutreach,
  recordedDecision,
  type DecideOutreach,
  type DecisionPolicy,
  type RecordedDecision,
} from '@homing/domain';

/** Long before anything else in the stack. */
export const PAST_FROM = Date.parse('2020-01-01T00:00:00Z');
const DAYS = 20;
export const PAST_TO = PAST_FROM + DAYS * 86_400_000;

/** Email and SMS, both enabled, at a price. */
const POLICY: DecisionPolicy = {
  ...DEFAULT_POLICY,
  channels: {
    ...DEFAULT_POLICY.channels,
    sms: {
      ...{ enabled: true, provider: 'textbee', price: { micros: 60_000, currency: 'EUR' }, prior: 0.5 },
      retry: { maxRetries: 2, delaysSeconds: [] },
    },
  },
};
const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'UTC'];
const pick = <T>(of: readonly T[], n: number): T => of[n % of.length] as T;
const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');

/** Number `n` of `count` decisions spread evenly over the period, on one in five people each. */
export function pastCommand(n: number, { count, tenantId }: { count: number; tenantId: string }): DecideOutreach {
  const now = new Date(PAST_FROM + Math.floor((n * (PAST_TO - PAST_FROM)) / count)).toISOString();
  const person = (Math.imul(n, 2_654_435_761) >>> 0) % Math.ceil(count / 5);
  const contact = (channel: 'email' | 'sms') => ({
    channel,
    ordinal: 0,
    mask: 'm***',
    fingerprint: hex(person, 31) + (channel === 'sms' ? 's' : 'e'),
  });
  const request: OutreachRequested = {
    outreachId: `${hex(n, 8)}-0000-5000-8000-${hex((n * 2_654_435_761) % 2 ** 32, 12)}`,
    tenantId,
    personId: `0197a000-0000-7000-8000-${hex(person, 12)}`,
    messageType: 'bench',
    ...{ strategy: 'single', urgency: pick(['normal', 'low', 'high'], n) },
    content: { kind: 'literal', channels: ['email', 'sms'] },
    contentKey: hex(n % 97, 32),
    contacts: [contact('email'), contact('sms')],
    timeZone: pick(ZONES, person),
    customerType: pick(['new', 'existing'], person),
    device: pick(['mobile', 'desktop'], person),
    acceptedAt: now,
    expiresAt: new Date(Date.parse(now) + 7 * 86_400_000).toISOString(),
    via: 'bus',
  };
  const seen = { email: { sent: 400, engaged: 120 }, sms: { sent: 150, engaged: 60 } };
  const inputs = {
    ...{ policy: POLICY, optedOut: [], contentChannels: ['email', 'sms'] as const, suppressed: [] },
    ...{
      engagement: { tenant: seen, customerType: seen },
      localHour: n % 24,
      draw: (n % 1_000) / 1_000,
      spread: (n % 997) / 997,
    },
  };
  return { request, inputs, now };
}

/** As the read model keeps it. */
export function pastRecord(command: DecideOutreach): RecordedDecision {
  const [requested, decided] = decideOutreach(emptyOutreach, command);
  if (requested?.type !== 'OutreachRequested' || decided?.type !== 'OutreachDecided') throw new Error('not decided');
  const record = recordedDecision(requested.data, decided);
  if (!record) throw new Error('not recorded');
  return record;
}
