import { budgetStream, quotaStream, reservationKey } from '@homing/contracts';
import { planLeg, plannedInstant, type DecisionInputs, type PlanLeg } from '../decision/leg.plan.js';
import type { CampaignDay } from '../ledger/ledger.asks.js';
import type { RecipientClock } from '../send-time/send-time.policy.js';
import { replayCommand, type Contacted, type Outcome, type PastDecision } from './recorded.decision.js';
import { TimeQueue } from './release.queue.js';
import { WhatIfBooks, type Standing } from './what-if.books.js';
import type { WhatIfResult } from './what-if.result.js';
import { WhatIfTally } from './what-if.tally.js';

/** The rules of one campaign, or of what belongs to none, under the candidate. */
export interface WhatIfRules {
  readonly policy: DecisionInputs['policy'];
  readonly campaign?: DecisionInputs['campaign'];
  /** IANA zone of the campaign's days. */
  readonly zone: string;
}

export interface WhatIfParts<Rules extends WhatIfRules> {
  /** By campaign key; undefined is what belongs to no campaign. Undefined back: it is not simulated, and held as it happened. */
  readonly rulesOf: (campaignKey: string | undefined) => Rules | undefined;
  readonly clockOf: (rules: Rules, request: PlanLeg['request'], now: string) => RecipientClock | undefined;
  readonly dayOf: (instant: string, zone: string) => CampaignDay;
  /** Flips named in the result at most. */
  readonly examples: number;
}

/**
 * Replays recorded decisions under other rules, in the order they were taken, with books of its own, by the functions that decide. What it
 * books for a message stays booked unless the message went the same way then and its end gave it back. The same decisions give the same
 * result; nothing outside is read or changed.
 */
export class WhatIf<Rules extends WhatIfRules> {
  readonly #books = new WhatIfBooks();
  readonly #returns = new TimeQueue<Standing>();
  readonly #tally: WhatIfTally;

  constructor(private readonly parts: WhatIfParts<Rules>) {
    this.#tally = new WhatIfTally(parts.examples);
  }

  /** What a campaign had spoken for before everything that is told here, in micro-units. */
  open(campaignKey: string, micros: number): void {
    this.#books.keepAmount(budgetStream(campaignKey), 'before', micros);
  }

  /** A decision before the period: it stands in the books as it happened. */
  before(past: PastDecision): void {
    this.#giveBackUntil(past.decidedAt);
    this.#keep(past);
  }

  /** A decision of the period; in order of `decidedAt`. */
  add(past: PastDecision): void {
    this.#giveBackUntil(past.decidedAt);
    const rules = this.parts.rulesOf(past.request.campaignKey);
    if (!rules) {
      this.#keep(past);
      this.#tally.passOver();
      return;
    }
    const why = whyNot(past);
    const now = why ? undefined : this.#replay(past, rules);
    if (!now) this.#keep(past);
    this.#tally.add(past, now, { why, learns: rules.policy.sendTime?.choice === 'learned' });
  }

  result(): WhatIfResult {
    return this.#tally.result();
  }

  #replay(past: PastDecision, rules: Rules): Outcome | undefined {
    const { policy, campaign } = rules;
    const bare = replayCommand(past, { policy, ...(campaign && { campaign }) });
    if (!bare) return undefined;
    const clock = this.parts.clockOf(rules, bare.request, past.decidedAt);
    const clocked = clock ? { ...bare, inputs: { ...bare.inputs, clock } } : bare;
    const command = campaign?.limits
      ? { ...clocked, day: this.parts.dayOf(plannedInstant(clocked), rules.zone) }
      : clocked;
    const plan = planLeg(command);
    if (plan.kind === 'refused') return { kind: 'refused', step: plan.step, reason: plan.reason };
    const answer = this.#books.ask(plan.asks, past.decidedAt);
    if (answer.kind === 'refused') return { kind: 'refused', step: answer.step, reason: answer.reason };
    const { channel, contact, sendAt: at, cost } = plan.leg;
    const sameWay = past.then.kind === 'contacted' && past.then.channel === channel;
    if (sameWay) this.#later(past, answer.standing);
    return { kind: 'contacted', channel, ordinal: contact.ordinal, at, until: at, cost };
  }

  #keep(past: PastDecision): void {
    if (past.then.kind !== 'contacted') return;
    const { request, then, decidedAt } = past;
    const contact = request.contacts.find(
      ({ channel, ordinal }) => channel === then.channel && ordinal === then.ordinal,
    );
    const { outreachId, personId, contentKey, campaignKey } = request;
    const key = reservationKey({ outreachId, leg: 1, round: 1, charge: 1 });
    const { channel, ordinal, at, until, cost } = then;
    const fingerprint = contact?.fingerprint ?? '';
    const slot = {
      key,
      channel,
      ordinal,
      fingerprint,
      ...(contentKey !== undefined && { content: contentKey }),
      at,
      until,
      cost,
    };
    const people =
      contact?.heldBy === undefined || contact.heldBy === personId ? [personId] : [personId, contact.heldBy];
    const standing = [...this.#books.keep(people, slot, decidedAt)];
    if (campaignKey !== undefined) standing.push(...this.#keepAmounts(campaignKey, key, then));
    this.#later(past, standing);
  }

  #keepAmounts(campaignKey: string, key: string, { at, cost }: Contacted): Standing {
    const rules = this.parts.rulesOf(campaignKey);
    if (!rules?.campaign?.limits) return [];
    const { day } = this.parts.dayOf(at, rules.zone);
    const budgets = cost.micros > 0 ? [budgetStream(campaignKey), budgetStream(campaignKey, day)] : [];
    for (const stream of budgets) this.#books.keepAmount(stream, key, cost.micros);
    const quota = quotaStream(campaignKey, day);
    this.#books.keepAmount(quota, key, 1);
    return [
      ...budgets.map((stream) => ({ stream, key, ledger: 'budget' as const })),
      { stream: quota, key, ledger: 'quota' as const },
    ];
  }

  #later({ givenBackAt, request }: PastDecision, standing: Standing): void {
    if (givenBackAt !== undefined) this.#returns.add(givenBackAt, request.outreachId, standing);
  }

  #giveBackUntil(now: string): void {
    for (let due = this.#returns.take(now); due; due = this.#returns.take(now)) this.#books.giveBack(due.item, due.at);
  }
}

/** Why a decision cannot be taken again. */
function whyNot({ inputs, then }: PastDecision): 'person_erased' | 'inputs_not_recorded' | undefined {
  if (inputs) return undefined;
  return then.kind === 'refused' && then.reason === 'person_erased' ? 'person_erased' : 'inputs_not_recorded';
}
