import type { Channel } from '@homing/contracts';
import { messagesOf, type Message, type Outcome } from './recorded.decision.js';
import type { Cost, ShownOutcome, WhatIfSide } from './what-if.result.js';

/** Counts one side. */
export class SideTally {
  #contacted = 0;
  #refused = 0;
  readonly #people = new Set<string>();
  readonly #byChannel = new Map<Channel, number>();
  readonly #refusals = new Map<string, WhatIfSide['refusals'][number]>();
  readonly #cost = new Map<string, number>();
  readonly #byHour: number[] = Array.from({ length: 24 }, () => 0);

  add(personId: string, outcome: Outcome): void {
    if (outcome.kind === 'refused') {
      this.#refused += 1;
      const { step, reason } = outcome;
      const key = `${step} ${reason}`;
      this.#refusals.set(key, { step, reason, count: (this.#refusals.get(key)?.count ?? 0) + 1 });
      return;
    }
    this.#contacted += 1;
    this.#people.add(personId);
    for (const message of messagesOf(outcome)) this.#message(message);
  }

  #message({ channel, at, cost }: Message): void {
    this.#byChannel.set(channel, (this.#byChannel.get(channel) ?? 0) + 1);
    this.#cost.set(cost.currency, (this.#cost.get(cost.currency) ?? 0) + cost.micros);
    const hour = Number(at.slice(11, 13));
    this.#byHour[hour] = (this.#byHour[hour] ?? 0) + 1;
  }

  side(): WhatIfSide {
    return {
      contacted: this.#contacted,
      refused: this.#refused,
      people: this.#people.size,
      byChannel: Object.fromEntries([...this.#byChannel].sort(([a], [b]) => (a < b ? -1 : 1))),
      refusals: [...this.#refusals.values()].sort(
        (a, b) => b.count - a.count || (`${a.step} ${a.reason}` < `${b.step} ${b.reason}` ? -1 : 1),
      ),
      worstCase: sumsOf(this.#cost),
      byHour: this.#byHour,
    };
  }
}

export const sumsOf = (sums: ReadonlyMap<string, number>): Cost[] =>
  [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, micros]) => ({ currency, micros }));

export function shownOutcome(outcome: Outcome): ShownOutcome {
  if (outcome.kind === 'refused') return outcome;
  const { channel, at, cost, also = [] } = outcome;
  return { kind: 'contacted', channel, at, cost, ...(also.length > 0 && { also: also.map((each) => each.channel) }) };
}
