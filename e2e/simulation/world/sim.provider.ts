import type { ChannelProvider, OutboundMessage, ParsedFact, SendResult } from '@homing/channels';
import type { Life } from '../engine/process.life.js';
import type { Random } from '../engine/random.source.js';
import type { Trace } from '../engine/trace.log.js';
import type { VirtualTime } from '../engine/virtual.time.js';
import type { Faults } from './fault.profile.js';
import { storyOf } from './message.story.js';

/** One message a provider took: this alone decides what was sent. */
export interface LedgerLine {
  readonly n: number;
  readonly at: number;
  readonly by: string;
  readonly deliveryId: string;
  readonly attempt: number;
  readonly tenantId: string;
  readonly to: string;
  readonly text: string;
  readonly providerMessageId: string;
}

/** One time somebody called, whatever came of it. */
export interface ProviderCall {
  readonly at: number;
  readonly by: string;
  readonly deliveryId: string;
  readonly attempt: number;
}

/** A fact a provider has to tell, and when it came to be. */
export interface ToldFact extends ParsedFact {
  readonly at: number;
}

type Mood =
  'takes' | 'takes_silently' | 'takes_late' | 'hangs' | 'throttles' | 'auth' | 'busy' | 'refuses' | 'unreachable';

/** An email provider with a ledger and moods; it keeps no key and offers no look-up. */
export class SimProvider {
  readonly ledger: LedgerLine[] = [];
  readonly calls: ProviderCall[] = [];
  /** What it said of each message, in the order it came to be. */
  readonly told: ToldFact[] = [];
  readonly #onCall: ((call: ProviderCall) => void)[] = [];
  readonly #onAccept: ((line: LedgerLine) => void)[] = [];
  readonly #onFact: ((fact: ToldFact) => void)[] = [];

  constructor(private readonly parts: { time: VirtualTime; random: Random; trace: Trace; faults: Faults }) {}

  onCall(observer: (call: ProviderCall) => void): void {
    this.#onCall.push(observer);
  }
  onAccept(observer: (line: LedgerLine) => void): void {
    this.#onAccept.push(observer);
  }
  onFact(observer: (fact: ToldFact) => void): void {
    this.#onFact.push(observer);
  }

  port(life: Life): ChannelProvider {
    return {
      key: 'sendgrid',
      channel: 'email',
      capabilities: { idempotencyKey: false, lookUp: false, batch: false, webhooks: true },
      send: (message, { timeoutMs }) => this.#send(life, message, timeoutMs),
      close: () => undefined,
    };
  }

  #send(life: Life, message: OutboundMessage, timeoutMs: number): Promise<SendResult> {
    const { time, random, trace, faults } = this.parts;
    const { deliveryId, attempt } = message;
    const call = { at: time.now, by: life.name, deliveryId, attempt };
    this.calls.push(call);
    for (const observer of this.#onCall) observer(call);
    const mood = this.#mood();
    trace.say(life.name, `calls the provider for ${trace.short('d', deliveryId)}:${attempt}, which ${mood}`);
    return new Promise((resolve) => {
      const answer = (ms: number, result: SendResult): void =>
        void life.after(Math.min(ms, timeoutMs), () => resolve(ms < timeoutMs ? result : timedOut));
      const latency = random.chance(faults.now.slow) ? random.skewed(2 * timeoutMs) : random.between(1, 200);
      switch (mood) {
        case 'takes':
        case 'takes_silently': {
          // Taken at some moment of the call; told afterwards, if anybody listens.
          time.after(Math.floor(latency * random.next()), () => {
            const providerMessageId = this.#accept(life, message);
            if (mood === 'takes_silently') void life.after(random.between(1, timeoutMs), () => resolve(lost));
            else answer(latency, { kind: 'accepted', providerMessageId });
          });
          return;
        }
        case 'takes_late':
          time.after(timeoutMs + random.between(1, 10_000), () => void this.#accept(life, message));
          return answer(timeoutMs, timedOut);
        case 'hangs':
          return answer(timeoutMs, timedOut);
        default:
          return answer(latency, REJECTIONS[mood](random));
      }
    });
  }

  #mood(): Mood {
    const { random, faults } = this.parts;
    if (faults.isDown('provider')) return random.pick(['unreachable', 'hangs', 'busy']);
    if (!random.chance(faults.now.trouble.provider)) return 'takes';
    return random.weighted<Mood>({
      takes_silently: 5,
      takes_late: 4,
      hangs: 2,
      throttles: 2,
      auth: 1,
      busy: 3,
      refuses: 1,
      unreachable: 2,
    });
  }

  #accept(life: Life, message: OutboundMessage): string {
    const { time, random, trace } = this.parts;
    const { deliveryId, attempt, tenantId, to, text } = message;
    const providerMessageId = `pm-${this.ledger.length + 1}`;
    const line = {
      n: this.ledger.length + 1,
      at: time.now,
      by: life.name,
      deliveryId,
      attempt,
      tenantId,
      to: to.address,
      text,
      providerMessageId,
    };
    this.ledger.push(line);
    trace.say('provider', `takes ${trace.short('d', deliveryId)}:${attempt} as ${providerMessageId}`);
    for (const observer of this.#onAccept) observer(line);
    for (const { afterMs, ...fact } of storyOf(line, random)) {
      time.after(afterMs, () => {
        const told = { ...fact, occurredAt: new Date(time.now).toISOString(), at: time.now };
        this.told.push(told);
        for (const observer of this.#onFact) observer(told);
      });
    }
    return providerMessageId;
  }
}

const timedOut: SendResult = { kind: 'unknown', reason: 'timed_out' };
const lost: SendResult = { kind: 'unknown', reason: 'connection_reset' };

const REJECTIONS = {
  throttles: (random: Random): SendResult => ({
    kind: 'rejected',
    class: 'throttled',
    code: 'http_429',
    ...(random.chance(0.5) ? { retryAfterSeconds: random.between(1, 300) } : {}),
  }),
  auth: (): SendResult => ({ kind: 'rejected', class: 'auth', code: 'http_401' }),
  busy: (): SendResult => ({ kind: 'rejected', class: 'retryable', code: 'http_503' }),
  refuses: (): SendResult => ({ kind: 'rejected', class: 'permanent', code: 'recipient_refused' }),
  unreachable: (): SendResult => ({ kind: 'rejected', class: 'retryable', code: 'connect_refused' }),
};
