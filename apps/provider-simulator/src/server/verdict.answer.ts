import { setTimeout as delay } from 'node:timers/promises';
import type { BehaviourBoard } from '../behaviour/behaviour.board.js';
import { throttleHeaders, type Verdict } from '../behaviour/verdict.policy.js';
import type { Exchange } from './exchange.js';

/** How one provider says the two noes that any call may meet. */
export interface Refusals {
  error(status: number): void;
  /** With the headers of the style that is in force. */
  throttled(headers: Record<string, string>): void;
}

export interface JudgedCall {
  readonly board: BehaviourBoard;
  readonly now: () => number;
  readonly provider: string;
  /** Names the call to the dice. */
  readonly key: string;
}

export type Admission = Extract<Verdict, { kind: 'proceed' }>;

/** Lets a call meet the behaviour in force; undefined when that has ended it, one way or another. */
export async function admitted(
  exchange: Exchange,
  { board, now, provider, key }: JudgedCall,
  refusals: Refusals,
): Promise<Admission | undefined> {
  const { latencyMs, verdict } = board.judge(provider, key);
  if (latencyMs > 0) await delay(latencyMs);
  switch (verdict.kind) {
    case 'proceed':
      return verdict;
    case 'drop':
      exchange.drop();
      return undefined;
    case 'error':
      refusals.error(verdict.status);
      return undefined;
    case 'throttle':
      refusals.throttled(throttleHeaders(board.of(provider).throttle, now()));
      return undefined;
    case 'hang':
      return undefined;
  }
}

/** What follows once a message is in the ledger: the answer, or none. */
export async function concluded(
  exchange: Exchange,
  { then, answerDelayMs }: Admission,
  answer: () => void,
): Promise<void> {
  if (answerDelayMs > 0) await delay(answerDelayMs);
  if (then === 'drop') exchange.drop();
  else if (then === 'answer') answer();
}
