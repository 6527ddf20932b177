import { despiteOf, purposeOf, type Delivery, type KnownOutreach } from '@homing/domain';
import { Collector, fulfilled, type CollectorTimers } from '@homing/messaging';
import type { Timing } from '@homing/service-kit';
import type { GateAnswer, GateQuestion, GateReader } from '@homing/vault/gate';

/** How old, in milliseconds, the gate's word may be when the provider is called: the freshness lease of a pause. */
export const GATE_FRESH_MS = 500;
/** How often the gate is asked anew where its word was old when it came. */
const TRIES = 3;

export interface GateReading {
  readonly answer: GateAnswer;
  /** Monotonic milliseconds, taken before the question was put: what was acknowledged earlier is in the answer. */
  readonly askedAt: number;
}

/** Asks, in micro-batches, whether a message may be sent. */
export interface SendGate {
  /** @throws what the database throws: then nobody knows, and nothing may be sent */
  ask(question: GateQuestion): Promise<GateReading>;
}

/** @param timers how micro-batches wait for company; default this process's */
export function createSendGate(
  reader: Pick<GateReader, 'ask'>,
  { monotonic }: Pick<Timing, 'monotonic'>,
  timers?: CollectorTimers,
): SendGate {
  const collector = new Collector<GateQuestion, GateReading>({
    name: 'gate',
    maxBatch: 128,
    lingerMs: 2,
    maxConcurrent: 2,
    ...(timers && { timers }),
    flush: async (batch) => {
      const askedAt = monotonic();
      return (await reader.ask(batch)).map((answer) => fulfilled({ answer, askedAt }));
    },
  });
  return { ask: (question) => collector.add(question) };
}

export const gateQuestion = ({ request }: KnownOutreach, { channel, plan }: Delivery): GateQuestion => ({
  tenantId: request.tenantId,
  ...(request.campaignKey === undefined ? {} : { campaignKey: request.campaignKey }),
  fingerprint: plan.contact.fingerprint,
  ...despiteOf(request),
  ...(request.answers === undefined
    ? { consent: { channel, purpose: purposeOf(request.messageType), required: plan.consent?.required ?? false } }
    : {}),
});

/** Asks the gate, and knows the time. */
export interface GateParts {
  readonly gate: SendGate;
  readonly timing: Pick<Timing, 'monotonic'>;
}

/** Nobody could say it soon enough. */
export interface Unreadable {
  readonly kind: 'unreadable';
}

/**
 * What the gate says now, and when it was asked: never older than `GATE_FRESH_MS` when this resolves, so call the provider at once.
 * The reading in hand serves while it is fresh; then the gate is asked anew.
 */
export async function readGateNow(
  { gate, timing }: GateParts,
  question: GateQuestion,
  reading?: GateReading,
): Promise<GateReading | Unreadable> {
  let latest: GateReading | undefined = reading;
  for (let tries = 0; ; tries += 1) {
    if (latest && timing.monotonic() - latest.askedAt <= GATE_FRESH_MS) return latest;
    if (tries === TRIES) return { kind: 'unreadable' };
    try {
      latest = await gate.ask(question);
    } catch {
      return { kind: 'unreadable' };
    }
  }
}

/** Only what it says: {@link readGateNow}. */
export async function gateNow(
  parts: GateParts,
  question: GateQuestion,
  reading?: GateReading,
): Promise<GateAnswer | Unreadable> {
  const now = await readGateNow(parts, question, reading);
  return 'answer' in now ? now.answer : now;
}

/** What is to become of a message that may not be sent. `rest`: later, perhaps; `end`: never. */
export type HeldBack = { readonly kind: 'rest' | 'end'; readonly reason: string };

/** Undefined: it may be sent. */
export function heldBackBy(answer: GateAnswer | Unreadable): HeldBack | undefined {
  switch (answer.kind) {
    case 'open':
      return undefined;
    case 'paused':
      return { kind: 'rest', reason: 'campaign_paused' };
    case 'unreadable':
    case 'campaign_missing':
      return { kind: 'rest', reason: 'gate_unreadable' };
    case 'stopped':
      return { kind: 'end', reason: 'campaign_stopped' };
    case 'suppressed':
      return { kind: 'end', reason: 'suppressed' };
    case 'no_consent':
      return { kind: 'end', reason: answer.reason };
  }
}
