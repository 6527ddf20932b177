import { createHash } from 'node:crypto';
import {
  DEAD_LETTER_STATES,
  DISCARD_REASONS,
  isDiscardReason,
  isPoisonReason,
  POISON_REASONS,
  type DeadLetterResolution,
  type DeadLetterState,
  type DeskWish,
} from '@homing/contracts';
import type { ApiParts } from '../api.parts.js';
import { readLimit, readQuery } from '../http/query.reader.js';
import { withCursor } from '../http/cursor.check.js';
import { invalidField, ProblemError } from '../problem/problem.error.js';
import type { Caller } from '../security/caller.js';
import { isOperator, ownerOf, viewerOf } from '../security/operator.policy.js';
import { askDesk } from './desk.client.js';
import { refusalOf } from './desk.refusals.js';
import { shownContent, shownLetter, shownWithActions, type LetterContent } from './letter.representation.js';

type Parts = Pick<ApiParts, 'letters' | 'bus' | 'settings'>;

export interface ReplayWish {
  readonly body: unknown;
  /** As the header says it. */
  readonly idempotencyKey: string | undefined;
}

/** What the answer to a resolution says. */
export interface Resolved {
  readonly id: string;
  readonly state: DeadLetterResolution['state'];
  readonly resolution: DeadLetterResolution;
}

/** Dead letters as a caller may see and end them. Of another tenant's, nothing exists. */
export class LetterHandler {
  constructor(private readonly parts: Parts) {}

  async list(caller: Caller, query: unknown) {
    const wish = readQuery(query, ['consumer', 'reason', 'state', 'owner', 'cursor', 'limit']);
    const { consumer, cursor } = wish;
    const filter = {
      owner: ownerOf(caller, wish.owner),
      limit: readLimit(wish.limit),
      ...(consumer === undefined ? {} : { consumer }),
      ...(wish.reason === undefined ? {} : { reason: readReason(wish.reason) }),
      ...(wish.state === undefined ? {} : { state: readState(wish.state) }),
      ...(cursor === undefined ? {} : { cursor }),
    };
    const { items, nextCursor } = await withCursor(this.parts.letters.view.list(viewerOf(caller), filter));
    return { items: items.map(shownLetter), ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  async find(caller: Caller, id: string) {
    const viewer = viewerOf(caller);
    const letter = await this.parts.letters.view.find(viewer, id);
    if (!letter) throw new ProblemError('not_found');
    return shownWithActions(letter, await this.parts.letters.view.actions(viewer, id));
  }

  /** In clear. That it was read is on record before this resolves. */
  async content(caller: Caller, id: string): Promise<LetterContent> {
    const answerKey = await this.parts.letters.createAnswerKey();
    const answer = await this.#ask(caller, id, { action: 'open', answerKey: answerKey.key });
    if (answer.kind === 'opened') {
      return shownContent(id, await answerKey.open(Buffer.from(answer.sealed, 'base64'), id));
    }
    throw answer.kind === 'resolved' ? new Error('the desk answered another question') : refusalOf(answer);
  }

  async replay(caller: Caller, id: string, wish: ReplayWish): Promise<Resolved> {
    const data = readReplayBody(wish.body);
    const key = wish.idempotencyKey;
    return this.#resolve(caller, id, {
      action: 'replay',
      ...(data === undefined ? {} : { repaired: await this.#sealed(data, id) }),
      ...(key === undefined ? {} : { idempotencyKey: digestOf(caller.tenantId, key) }),
    });
  }

  discard(caller: Caller, id: string, query: unknown): Promise<Resolved> {
    const { reason } = readQuery(query, ['reason']);
    if (!isDiscardReason(reason)) {
      throw invalidField('reason', 'unknown_reason', `must be one of ${DISCARD_REASONS.join(', ')}`);
    }
    return this.#resolve(caller, id, { action: 'discard', reason });
  }

  async #resolve(caller: Caller, id: string, wish: DeskWish): Promise<Resolved> {
    const answer = await this.#ask(caller, id, wish);
    if (answer.kind === 'resolved') return { id, state: answer.resolution.state, resolution: answer.resolution };
    throw answer.kind === 'opened' ? new Error('the desk answered another question') : refusalOf(answer);
  }

  async #sealed(data: unknown, id: string): Promise<string> {
    const sealed = await this.parts.letters.sealRepair(Buffer.from(JSON.stringify(data)), id);
    return Buffer.from(sealed).toString('base64');
  }

  #ask(caller: Caller, letterId: string, wish: DeskWish) {
    const { bus, settings } = this.parts;
    const { tenantId, keyId: actor } = caller;
    const question = { letterId, tenantId, operator: isOperator(caller), actor };
    return askDesk({ bus, waitMs: settings.deskWaitMs }, question, wish);
  }
}

function readReason(text: string): string {
  if (isPoisonReason(text)) return text;
  throw invalidField('reason', 'unknown_reason', `must be one of ${Object.keys(POISON_REASONS).join(', ')}`);
}

function readState(text: string): DeadLetterState {
  const state = DEAD_LETTER_STATES.find((each) => each === text);
  if (state !== undefined) return state;
  throw invalidField('state', 'unknown_state', `must be one of ${DEAD_LETTER_STATES.join(', ')}`);
}

/** Nothing, or `{}`: as it was. `{data}`: what stands in for the message's data; the desk checks what is in it. */
function readReplayBody(body: unknown): unknown {
  if (body === undefined || body === null) return undefined;
  if (typeof body !== 'object' || Array.isArray(body)) throw invalidField('', 'not_an_object', 'must be a JSON object');
  const [unknown] = Object.keys(body).filter((name) => name !== 'data');
  if (unknown !== undefined) {
    const name = /^[\w.-]{1,100}$/.test(unknown) ? unknown : '(unprintable name)';
    throw invalidField(name, 'unknown_field', 'is not a field of this body; the repaired request stands in `data`');
  }
  return (body as { data?: unknown }).data;
}

/** The key itself is the caller's own; only its digest is kept. */
const digestOf = (tenantId: string, key: string): string =>
  createHash('sha256').update(`${tenantId}\n${key}`).digest('hex');
