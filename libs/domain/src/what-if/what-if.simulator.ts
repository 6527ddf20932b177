import { budgetStream, channelKey, quotaStream, reservationKey } from '@homing/contracts';
import { planLeg, plannedInstant, type DecisionInputs, type LegPlan, type PlanLeg } from '../decision/leg.plan.js';
import { placeMessage, type Placed, type PlaceZones, type UndoPlace } from '../decision/message.placing.js';
import { balanceAsks, type CampaignDay } from '../ledger/ledger.asks.js';
import { chainOf, stepCommand } from '../sequence/chain.plan.js';
import { hourOf, zoneDayAt } from '../ledger/quota-hours.policy.js';
import type { ZoneTable } from '../send-time/zone.table.js';
import type { RecipientClock } from '../send-time/send-time.policy.js';
import {
  NO_TENANT,
  messagesOf,
  replayCommand,
  type Message,
  type NotContacted,
  type Outcome,
  type PastDecision,
} from './recorded.decision.js';
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
  /** The zone by which channels' days are counted, over a span of UTC milliseconds. */
  readonly quotaZoneOf: (rules: Rules, span: { readonly from: number; readonly until: number }) => ZoneTable;
  /** Of what is not simulated: its channels' quotas count all the same. */
  readonly rulesOfAll: Rules;
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
    this.#books.keepAmount(budgetStream(campaignKey), 'before', { amount: micros });
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
    const command = clock ? { ...bare, inputs: { ...bare.inputs, clock } } : bare;
    const chain = chainOf(command);
    const messages = chain?.steps.length ? chain.steps.map((step) => stepCommand(command, step)) : [command];
    const planned: Message[] = [];
    const refusals: NotContacted[] = [];
    for (const message of messages) {
      const answer = this.#message(past, message, rules);
      if (answer.kind === 'refused') refusals.push(answer);
      else planned.push(answer.message);
      // Of a chain the first that can be sent; a repeat ends it.
      const ends = answer.kind === 'planned' || answer.step === 'dedup';
      if (chain?.strategy !== 'parallel' && ends) break;
    }
    const [first, ...also] = planned;
    if (first) return { kind: 'contacted', ...first, ...(also.length > 0 && { also }) };
    return refusals.find(({ step }) => step === 'dedup') ?? refusals[0];
  }

  /** One message, as it is planned, finds room and is booked. */
  #message(past: PastDecision, command: PlanLeg, rules: Rules): { kind: 'planned'; message: Message } | NotContacted {
    const wanted = this.#plan(command, rules);
    const room = wanted.kind === 'refused' ? undefined : this.#room(command, wanted, rules);
    const given = room && 'left' in room ? room.left : [];
    this.#books.giveBack(given.map(standingOf), past.decidedAt);
    if (room?.kind === 'full') return refusedBy(room.refusal);
    const taken = room?.kind === 'placed' ? room.taken.map(({ undo }) => standingOf(undo)) : [];
    const plan = room?.kind === 'placed' ? this.#plan({ ...command, placed: room.when }, rules) : wanted;
    if (plan.kind === 'refused') {
      this.#books.giveBack(taken, past.decidedAt);
      return refusedBy(plan);
    }
    const answer = this.#books.ask(plan.asks, past.decidedAt);
    if (answer.kind === 'refused') {
      this.#books.giveBack(taken, past.decidedAt);
      return refusedBy(answer);
    }
    const { leg, channel, contact, sendAt: at, cost } = plan.leg;
    const sameWay = past.then.kind === 'contacted' && messagesOf(past.then).some((each) => each.channel === channel);
    if (sameWay) this.#later(past, [...answer.standing, ...taken]);
    return { kind: 'planned', message: { leg, channel, ordinal: contact.ordinal, at, until: at, cost } };
  }

  #plan(command: PlanLeg, { campaign, zone }: Rules): LegPlan {
    return planLeg(campaign?.limits ? { ...command, day: this.parts.dayOf(plannedInstant(command), zone) } : command);
  }

  /** Where quotas count the message: the first moment with room, as the decision itself looks for it. */
  #room({ request, inputs, now }: PlanLeg, { leg, asks, when }: Planned, rules: Rules): Placed {
    const { policy, campaign, clock } = inputs;
    const [own] = asks;
    const key = own?.command.kind === 'book' ? own.command.slot.key : '';
    const search = placeMessage(this.#zonesOf(rules), {
      ...{
        tenantId: request.tenantId,
        urgency: request.urgency,
        expiresAt: request.expiresAt,
        now,
        attempt: 1,
        moves: false,
      },
      ...{ key, channel: leg.channel, wanted: when ?? { kind: 'at', at: leg.sendAt, code: 'now' } },
      ...{ policy, campaign: campaign?.limits, clock },
    });
    let step = search.next();
    while (!step.done) step = search.next(this.#books.balance(step.value.stream, step.value.command));
    return step.value;
  }

  #zonesOf(rules: Rules): PlaceZones {
    const { dayOf, quotaZoneOf } = this.parts;
    return { campaignDay: (instant) => dayOf(instant, rules.zone), quotaZone: (span) => quotaZoneOf(rules, span) };
  }

  #keep(past: PastDecision): void {
    if (past.then.kind !== 'contacted') return;
    for (const message of messagesOf(past.then)) this.#keepMessage(past, message);
  }

  #keepMessage(past: PastDecision, message: Message): void {
    const { request, decidedAt } = past;
    const { outreachId, personId, contentKey, campaignKey } = request;
    const { leg, channel, ordinal, at, until, cost } = message;
    const key = reservationKey({ outreachId, leg, round: 1, charge: 1 });
    const contact = request.contacts.find((each) => each.channel === channel && each.ordinal === ordinal);
    const content = contentKey === undefined ? {} : { content: contentKey };
    const slot = { key, channel, ordinal, fingerprint: contact?.fingerprint ?? '', ...content, at, until, cost };
    const heldBy = contact?.heldBy;
    const people = heldBy === undefined || heldBy === personId ? [personId] : [personId, heldBy];
    const standing = [...this.#books.keep(people, slot, decidedAt)];
    const rules = this.parts.rulesOf(campaignKey);
    standing.push(
      ...this.#keepAmounts(key, message, rules),
      ...this.#keepQuota(key, message, rules ?? this.parts.rulesOfAll),
    );
    this.#later(past, standing);
  }

  #keepAmounts(key: string, { channel, at, cost }: Message, rules: Rules | undefined): Standing {
    const campaign = rules?.campaign?.limits;
    if (!campaign) return [];
    const day = this.parts.dayOf(at, rules.zone);
    // As if a full day refused: it is counted all the same.
    const counted = { channel, micros: cost.micros, campaign: { ...campaign, whenFull: undefined }, day };
    return balanceAsks(key, counted).map(({ ledger, stream, command }) => {
      this.#books.keepAmount(stream, key, { amount: command.kind === 'reserve' ? command.amount : 1 });
      return { ledger, stream, key };
    });
  }

  #keepQuota(key: string, { channel, at }: Message, rules: Rules): Standing {
    if (!rules.policy.channels[channel]?.quota) return [];
    const instant = Date.parse(at);
    const day = zoneDayAt(this.parts.quotaZoneOf(rules, { from: instant, until: instant + 1 }), instant);
    const stream = quotaStream(channelKey(NO_TENANT, channel), day.date);
    this.#books.keepAmount(stream, key, { amount: 1, hour: hourOf(day, instant) });
    return [{ ledger: 'quota', stream, key }];
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

type Planned = Extract<LegPlan, { kind: 'planned' }>;

const standingOf = ({ ledger, stream, command }: UndoPlace): Standing[number] => ({ ledger, stream, key: command.key });
const refusedBy = ({ step, reason }: Pick<NotContacted, 'step' | 'reason'>): NotContacted => ({
  kind: 'refused',
  step,
  reason,
});
