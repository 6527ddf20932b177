import { timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { digestOf } from '../behaviour/chance.policy.js';
import { throttleHeaders } from '../behaviour/verdict.policy.js';
import type { Acceptance, LedgerLine } from '../ledger/ledger.js';
import type { PlayParts } from '../provider.play.js';
import type { Exchange } from './exchange.js';

export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** One call of a provider that takes one message at a time, in JSON. */
export interface OneMessageCall {
  /** What would be taken, or why nothing is. */
  readonly reading: Acceptance | JsonAnswer;
  /** What names the call to the dice. */
  readonly key: string;
  /** How this provider says no, for a status that was ordered. */
  refusal(status: number): unknown;
  messageId(n: number): string;
  /** To a message that was taken. */
  answer(line: LedgerLine): JsonAnswer;
}

/** Goes through the ordered behaviour, then takes the message: in the ledger, on the disk, before the answer. */
export async function takeOne(
  exchange: Exchange,
  provider: string,
  { board, ledger, accepted, now, ...call }: OneMessageCall & Pick<PlayParts, 'board' | 'ledger' | 'accepted' | 'now'>,
): Promise<void> {
  const { latencyMs, verdict } = board.judge(provider, call.key);
  if (latencyMs > 0) await delay(latencyMs);
  if (verdict.kind === 'hang') return;
  if (verdict.kind === 'drop') return exchange.drop();
  if (verdict.kind === 'error') return exchange.json(verdict.status, call.refusal(verdict.status));
  if (verdict.kind === 'throttle') {
    const headers = throttleHeaders(board.of(provider).throttle, now());
    const body = JSON.stringify(call.refusal(429));
    return exchange.answer(429, body, { 'content-type': 'application/json', ...headers });
  }
  if ('status' in call.reading) return exchange.json(call.reading.status, call.reading.body);
  const [line] = await ledger.accept([call.reading], (n) => call.messageId(n));
  if (!line) return exchange.drop();
  accepted(line);
  if (verdict.answerDelayMs > 0) await delay(verdict.answerDelayMs);
  if (verdict.then === 'drop') return exchange.drop();
  if (verdict.then === 'hang') return;
  const { status, body } = call.answer(line);
  exchange.json(status, body);
}

/** `expected` undefined: any token will do, but there must be one. */
export function hasToken(exchange: Exchange, expected: string | undefined): boolean {
  const given = /^Bearer (\S+)$/.exec(exchange.headers['authorization'] ?? '')?.[1];
  if (given === undefined || expected === undefined) return given !== undefined;
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

/** A body as a JSON object; an empty one for anything else. */
export async function jsonBody(exchange: Exchange): Promise<Readonly<Record<string, unknown>>> {
  const body = await exchange.body(1024 * 1024);
  try {
    const parsed: unknown = JSON.parse(body?.toString('utf8') ?? '');
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
