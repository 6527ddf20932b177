import {
  OUTREACH_COMMAND,
  parseDeliveryId,
  type CancelAnswer,
  type CommandAnswer,
  type OutreachCommand,
  type SettleAnswer,
} from '@homing/contracts';
import { v7 as uuidv7 } from 'uuid';
import type { ApiParts } from '../api.parts.js';
import { ProblemError } from '../problem/problem.error.js';
import type { Caller } from '../security/caller.js';
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
  async cancel({ tenantId, keyId }: Caller, outreachId: string): Promise<Cancelled> {
    await this.#mustExist(tenantId, outreachId);
    const answer = await this.#command({ kind: 'cancel', tenantId, outreachId, by: actorOf(keyId) });
    if (answer?.kind !== 'cancel') return { outreachId, status: 'accepted', deliveries: [] };
    const { status, deliveries } = answer;
    if (status === 'not_found') throw new ProblemError('not_found');
    return { outreachId, status, deliveries };
  }

  /** @throws ProblemError */
  async settle(
    { tenantId, keyId }: Caller,
    { deliveryId, attempt, ...body }: SettleBody & { deliveryId: string; attempt: string },
  ): Promise<Settled> {
    const of = parseDeliveryId(deliveryId.toLowerCase());
    if (!of || !/^[1-9]\d{0,5}$/.test(attempt)) throw new ProblemError('not_found');
    await this.#mustExist(tenantId, of.outreachId);
    const named = { tenantId, ...of, attempt: Number(attempt) };
    const answer = await this.#command({ kind: 'settle_unknown', ...named, ...body, by: actorOf(keyId) });
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

  /** The answer, or undefined when none came in time: the command is obeyed all the same. */
  async #command(data: OutreachCommand): Promise<CommandAnswer | undefined> {
    const { bus, settings } = this.parts;
    const id = uuidv7();
    const reply = bus.expectAnswer(id, settings.decisionWaitMs);
    const { tenantId } = data;
    const event = { specversion: '1.0', id, source: 'api', type: OUTREACH_COMMAND, tenantid: tenantId, data } as const;
    try {
      const message = { tenantId, key: `command:${id}`, replyTo: reply.replyTo };
      await bus.publishCommand({ ...event, time: new Date().toISOString() }, message);
    } catch (cause) {
      reply.cancel();
      const detail = 'not acknowledged; ask again, it is done once';
      throw new ProblemError('unavailable', { detail, retryAfter: retryAfterSeconds }, { cause });
    }
    return readAnswer(await reply.answer, data.outreachId);
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

/** Who did it, as events name it: the key, never a person. */
const actorOf = (keyId: string): string => `key:${keyId}`;

/** An answer that cannot be read, or speaks of another outreach, is none. */
function readAnswer(bytes: Uint8Array | undefined, outreachId: string): CommandAnswer | undefined {
  if (!bytes) return undefined;
  try {
    const answer = JSON.parse(new TextDecoder().decode(bytes)) as CommandAnswer | null;
    return answer?.outreachId === outreachId ? answer : undefined;
  } catch {
    return undefined;
  }
}
