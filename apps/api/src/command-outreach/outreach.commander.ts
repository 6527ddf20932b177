import {
  OUTREACH_COMMAND,
  parseDeliveryId,
  type CancelAnswer,
  type CommandAnswer,
  type OutreachCommand,
  type SettleAnswer,
} from '@homing/contracts';
import type { ApiParts } from '../api.parts.js';
import { ProblemError } from '../problem/problem.error.js';
import { askOverBus } from '../stores/bus.question.js';
import { actorOf, type Caller } from '../security/caller.js';
import type { SettleBody } from './command.bodies.js';

type Parts = Pick<ApiParts, 'queries' | 'accepted' | 'bus' | 'settings'>;

/** `accepted`: the bus holds the command and it will be obeyed; what came of it can be looked up. */
export type Cancelled = Omit<CancelAnswer, 'kind' | 'status'> & {
  readonly status: Exclude<CancelAnswer['status'], 'not_found'> | 'accepted';
};
export interface Settled {
  readonly deliveryId: string;
  readonly attempt: number;
  readonly status: 'settled' | 'accepted';
  readonly state?: string;
}

const retryAfterSeconds = 2;

/** Has something done to an outreach of the caller's tenant: of another's, nothing exists. Asking twice is harmless. */
export class OutreachCommander {
  constructor(private readonly parts: Parts) {}

  /** @throws ProblemError */
  async cancel(caller: Caller, outreachId: string): Promise<Cancelled> {
    const { tenantId } = caller;
    await this.#mustExist(tenantId, outreachId);
    const answer = await this.#command({ kind: 'cancel', tenantId, outreachId, by: actorOf(caller) });
    if (answer?.kind !== 'cancel') return { outreachId, status: 'accepted', deliveries: [] };
    const { status, deliveries } = answer;
    if (status === 'not_found') throw new ProblemError('not_found');
    return { outreachId, status, deliveries };
  }

  /** @throws ProblemError */
  async settle(
    caller: Caller,
    { deliveryId, attempt, ...body }: SettleBody & { deliveryId: string; attempt: string },
  ): Promise<Settled> {
    const { tenantId } = caller;
    const of = parseDeliveryId(deliveryId.toLowerCase());
    if (!of || !/^[1-9]\d{0,5}$/.test(attempt)) throw new ProblemError('not_found');
    await this.#mustExist(tenantId, of.outreachId);
    const named = { tenantId, ...of, attempt: Number(attempt) };
    const answer = await this.#command({ kind: 'settle_unknown', ...named, ...body, by: actorOf(caller) });
    const shown = { deliveryId: deliveryId.toLowerCase(), attempt: Number(attempt) };
    return answer?.kind === 'settle_unknown' ? settledOf(answer, shown) : { ...shown, status: 'accepted' };
  }

  async #mustExist(tenantId: string, outreachId: string): Promise<void> {
    const [detail, records] = await Promise.all([
      this.parts.queries.findOutreach(tenantId, outreachId),
      this.parts.accepted.loadAccepted([outreachId]),
    ]);
    // The vault's records see all tenants.
    if (!detail && !records.some((record) => record.tenantId === tenantId)) throw new ProblemError('not_found');
  }

  async #command(data: OutreachCommand): Promise<CommandAnswer | undefined> {
    const publish = this.parts.bus.publishCommand;
    const asked = { type: OUTREACH_COMMAND, tenantId: data.tenantId, data, publish };
    const answer = await askOverBus<CommandAnswer>(this.parts, asked);
    return answer?.outreachId === data.outreachId ? answer : undefined;
  }
}

function settledOf(answer: SettleAnswer, shown: { deliveryId: string; attempt: number }): Settled {
  switch (answer.status) {
    case 'settled':
      return { ...shown, status: 'settled', ...(answer.state === undefined ? {} : { state: answer.state }) };
    case 'not_unknown':
      throw new ProblemError('not_unknown', {
        detail: `its state is ${answer.state ?? 'known'}: nothing is left to settle`,
      });
    case 'under_way': {
      const { retryAfterSeconds: retryAfter = retryAfterSeconds } = answer;
      throw new ProblemError('under_way', {
        detail: 'it is being sent again under its key at this moment',
        retryAfter,
      });
    }
    case 'not_found':
      throw new ProblemError('not_found');
  }
}
