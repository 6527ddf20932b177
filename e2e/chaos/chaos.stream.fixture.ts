import { setTimeout as pause } from 'node:timers/promises';
import { until, type BusClient, type LocalStack } from '@homing/testing/local-stack';

/** What kind of request it is: a person of its own, one of a few people, a campaign with a budget, one with a daily limit, silence, a text message. */
export const KINDS = ['own', 'shared', 'budget', 'daily', 'silent', 'text'] as const;
export type Kind = (typeof KINDS)[number];

/** By the last digit of a request's number: five requests in a row to one person, then the campaigns, then people of their own. */
const BY_DIGIT: readonly Kind[] = [
  'shared',
  'shared',
  'budget',
  'budget',
  'daily',
  'silent',
  'own',
  'own',
  'own',
  'text',
];
const PERSONAS = ['delivers', 'opens', 'clicks', 'bounces', 'drops', 'complains', 'defers', 'machineopens'];
/** The last digits of numbers: who gets a text, who answers it, who answers STOP. */
const DIGITS = ['00', '43', '44'];
/** Requests to one of the shared people: more than the cap, and the last says what the first said. */
export const TO_ONE_PERSON = 5;
const CAMPAIGN: Readonly<Partial<Record<Kind, string>>> = { budget: 'chaos-budget', daily: 'chaos-daily' };

export const kindOf = (n: number): Kind => BY_DIGIT[n % 10] ?? 'own';

/** How many of the first `count` requests are of a kind. */
export const countOf = (count: number, kind: Kind): number =>
  Math.floor(count / 10) * BY_DIGIT.filter((each) => each === kind).length +
  BY_DIGIT.slice(0, count % 10).filter((each) => each === kind).length;

function requestOf(n: number): object {
  const kind = kindOf(n);
  const nth = Math.floor(n / 10) * 2 + (n % 10);
  const [person, turn] = kind === 'shared' ? [Math.floor(nth / TO_ONE_PERSON), nth % TO_ONE_PERSON] : [n, 0];
  const persona =
    kind === 'silent' ? 'silent' : kind === 'own' ? PERSONAS[Math.floor(n / 10) % PERSONAS.length] : 'delivers';
  if (kind === 'text') return textOf(n);
  const email = `${kind}${person}+${persona}@sandbox.test`;
  const said = turn === TO_ONE_PERSON - 1 ? 0 : turn;
  const campaignId = CAMPAIGN[kind];
  return {
    recipient: { id: `id-of-${email}`, name: 'Robin', contacts: { email } },
    content: { literal: { email: { subject: `Word ${said}`, text: 'Hello.' } } },
    ...(campaignId === undefined ? {} : { campaignId }),
    ...(n % 20 === 19 ? { sendAt: new Date(Date.now() + 1_500).toISOString() } : {}),
  };
}

/** By SMS, to a number of its own. */
function textOf(n: number): object {
  const sms = `+1555${String(Math.floor(n / 10)).padStart(6, '0')}${DIGITS[Math.floor(n / 10) % DIGITS.length]}`;
  return {
    recipient: { id: `id-of-${sms}`, contacts: { sms } },
    content: { literal: { sms: { text: 'A word.' } } },
  };
}

/** Outreach ids in 16 bytes each: a hundred thousand of them are no burden. */
class Ids {
  readonly #bytes: Buffer;

  constructor(count: number) {
    this.#bytes = Buffer.alloc(count * 16);
  }

  put(n: number, id: string): void {
    this.#bytes.write(id.replaceAll('-', ''), n * 16, 'hex');
  }

  at(n: number): string {
    const hex = this.#bytes.toString('hex', n * 16, n * 16 + 16);
    return [8, 12, 16, 20, 32].map((end, i) => hex.slice([0, 8, 12, 16, 20][i], end)).join('-');
  }
}

export interface StreamWish {
  readonly stack: LocalStack;
  readonly count: number;
  /** Requests a second. */
  readonly perSecond: number;
  /** Ends it; who has not been acknowledged by then is not asked for again. */
  readonly signal: AbortSignal;
}

/**
 * A load in an open loop: each request has its moment, whatever became of those before it. One in four comes over HTTP, the others
 * over the bus. Callers are careful: who gets no acknowledgement asks again under the same id, until there is one.
 */
export class RequestStream {
  readonly #ids: Ids;
  #acknowledged = 0;
  readonly #done: Promise<void>;
  /** When the last one was acknowledged, in milliseconds of `performance.now()`. */
  endedAt = 0;

  constructor(private readonly wish: StreamWish) {
    this.#ids = new Ids(wish.count);
    this.#done = this.#run();
    this.#done.catch(() => undefined);
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Resolves when every request is acknowledged. */
  async done(): Promise<void> {
    await this.#done;
  }

  /** Of every acknowledged request, its number and its outreach id. */
  *accepted(): Generator<{ readonly n: number; readonly id: string }> {
    for (let n = 0; n < this.#acknowledged; n += 1) yield { n, id: this.#ids.at(n) };
  }

  async #run(): Promise<void> {
    const { stack, count, perSecond, signal } = this.wish;
    const bus = await stack.bus();
    const begun = performance.now();
    const open = new Set<Promise<void>>();
    let failure: Error | undefined;
    for (let n = 0; n < count && !failure && !signal.aborted; n += 1) {
      const early = begun + (n * 1_000) / perSecond - performance.now();
      if (early > 0) await pause(early);
      const one = this.#ask(bus, n)
        .catch((error: Error) => void (failure ??= error))
        .finally(() => open.delete(one));
      open.add(one);
    }
    await Promise.all(open);
    if (failure) throw failure;
    this.endedAt = performance.now();
  }

  async #ask(bus: BusClient, n: number): Promise<void> {
    const { stack } = this.wish;
    const id = n % 4 === 0 ? await overHttp(stack, n) : await overBus(stack, bus, n);
    this.#ids.put(n, id);
    this.#acknowledged += 1;
  }
}

/** Only against hanging for ever. */
const PATIENCE_MS = 600_000;
/** Not taken, for no fault of the request: it was too slow on its way, or too much at once. */
const COME_AGAIN: ReadonlySet<number> = new Set([408, 429]);

async function overHttp(stack: LocalStack, n: number): Promise<string> {
  const request = requestOf(n);
  const answer = await until(
    async () => {
      const options = { idempotencyKey: `chaos-${n}`, respondAsync: n % 8 === 0 };
      const { status, body } = await stack.api.send(request, options).catch(() => ({ status: 0, body: {} }));
      if (status === 202) return body as Record<string, unknown>;
      if (status !== 0 && status < 500 && !COME_AGAIN.has(status))
        throw new Error(`request ${n} was answered with ${status}`);
      await pause(250);
      return undefined;
    },
    `request ${n} to be acknowledged`,
    PATIENCE_MS,
  );
  return String(answer['outreachId']);
}

async function overBus(stack: LocalStack, bus: BusClient, n: number): Promise<string> {
  const event = { id: `chaos-${n}`, source: 'chaos', data: { ...requestOf(n), tenantId: stack.tenantId } };
  await until(
    () =>
      bus.request(event).then(
        () => true,
        () => false,
      ),
    `request ${n} to be acknowledged by the bus`,
    PATIENCE_MS,
  );
  return stack.outreachId('chaos', event.id);
}
