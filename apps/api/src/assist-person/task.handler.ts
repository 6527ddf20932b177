import { createHash } from 'node:crypto';
import {
  CHANNELS,
  parseDeliveryId,
  REFERENCE,
  type AssistedOutcome,
  type AssistedText,
  type AssistedWish,
  type Channel,
} from '@homing/contracts';
import { ASSISTED_TASK_STATES, type AssistedTaskRow, type AssistedTaskState } from '@homing/read-model';
import type { ApiParts } from '../api.parts.js';
import { withCursor } from '../http/cursor.check.js';
import { readLimit, readQuery } from '../http/query.reader.js';
import { invalidField, ProblemError } from '../problem/problem.error.js';
import { actorOf, type Caller } from '../security/caller.js';
import { askTaskDesk, taskRefusal } from './task.desk.client.js';

type Parts = Pick<ApiParts, 'queries' | 'bus' | 'settings' | 'createTaskKey'>;

export interface TaskWord {
  readonly outcome: AssistedOutcome;
  readonly note?: string;
  readonly worker?: string;
  /** As the header says it. */
  readonly idempotencyKey: string | undefined;
}

/** What the answer to a word about a task says. */
export interface TaskResult {
  readonly id: string;
  readonly state: AssistedOutcome;
  readonly at: string;
  readonly repeated: boolean;
  /** Sent although nobody was to any more: why not. */
  readonly despite?: string;
}

interface TaskName {
  readonly id: string;
  readonly outreachId: string;
  readonly leg: number;
  readonly attempt: number;
}

/** Messages that a person sends by hand, of the caller's tenant only: of another's, nothing exists. */
export class TaskHandler {
  constructor(private readonly parts: Parts) {}

  async list({ tenantId }: Caller, query: unknown) {
    const wish = readQuery(query, ['state', 'channel', 'cursor', 'limit']);
    const state = readState(wish.state);
    const channel = readChannel(wish.channel);
    const filter = {
      tenantId,
      limit: readLimit(wish.limit),
      ...(state === undefined ? {} : { state }),
      ...(channel === undefined ? {} : { channel }),
      ...(wish.cursor === undefined ? {} : { cursor: wish.cursor }),
    };
    const { rows, nextCursor } = await withCursor(this.parts.queries.listTasks(filter));
    return { items: rows.map(shownTask), ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  /** With what is to be sent, in clear, while it is open. That it was shown is on record before this resolves. */
  async find(caller: Caller, id: string, query: unknown) {
    const { tenantId } = caller;
    const worker = readWorker(readQuery(query, ['worker']).worker);
    const name = readTaskId(id);
    const { outreachId, leg, attempt } = name;
    const row = await this.parts.queries.findTask({ tenantId, deliveryId: `${outreachId}.${leg}`, attempt });
    if (!row) throw new ProblemError('not_found');
    if (row.state !== 'open') return shownTask(row);
    const key = this.parts.createTaskKey();
    const answer = await this.#ask(caller, { ...name, ...worker }, { action: 'open', answerKey: key.key });
    if (answer.kind === 'done') throw new Error('the desk answered another question');
    if (answer.kind !== 'opened') throw taskRefusal(answer);
    const bytes = await key.open(Buffer.from(answer.sealed, 'base64'), { tenantId, taskId: name.id });
    const message = JSON.parse(Buffer.from(bytes).toString('utf8')) as AssistedText;
    return { ...shownTask(row), openedBy: actorOf(caller), message };
  }

  async finish(caller: Caller, id: string, { outcome, note, worker, idempotencyKey }: TaskWord): Promise<TaskResult> {
    const name = readTaskId(id);
    const asked = { ...name, ...(worker === undefined ? {} : { worker }) };
    const answer = await this.#ask(caller, asked, {
      action: 'finish',
      outcome,
      ...(note === undefined ? {} : { note }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey: digestOf(caller, idempotencyKey) }),
    });
    if (answer.kind === 'opened') throw new Error('the desk answered another question');
    if (answer.kind !== 'done') throw taskRefusal(answer);
    const { outcome: state, at, repeated, despite } = answer;
    return { id: name.id, state, at, repeated, ...(despite === undefined ? {} : { despite }) };
  }

  #ask(caller: Caller, { id: _id, ...of }: TaskName & { readonly worker?: string }, wish: AssistedWish) {
    const { bus, settings } = this.parts;
    const question = { tenantId: caller.tenantId, ...of, by: actorOf(caller) };
    return askTaskDesk({ bus, waitMs: settings.deskWaitMs }, question, wish);
  }
}

/** `{deliveryId}.{attempt}`; anything else names nothing. */
function readTaskId(text: string): TaskName {
  const [, delivery = '', attempt = ''] = /^(.{38,45})\.([1-9]\d{0,5})$/.exec(text.toLowerCase()) ?? [];
  const of = parseDeliveryId(delivery);
  if (!of) throw new ProblemError('not_found');
  return { id: `${delivery}.${attempt}`, ...of, attempt: Number(attempt) };
}

function readWorker(worker: string | undefined): { readonly worker?: string } {
  if (worker === undefined) return {};
  if (REFERENCE.test(worker)) return { worker };
  throw invalidField('worker', 'invalid_worker', 'must be one word of at most 64 characters that names nobody');
}

function readState(text = 'open'): AssistedTaskState | undefined {
  const state = ASSISTED_TASK_STATES.find((each) => each === text);
  if (state !== undefined || text === 'all') return state;
  throw invalidField('state', 'unknown_state', `must be one of ${[...ASSISTED_TASK_STATES, 'all'].join(', ')}`);
}

function readChannel(text: string | undefined): Channel | undefined {
  const channel = CHANNELS.find((each) => each === text);
  if (channel !== undefined || text === undefined) return channel;
  throw invalidField('channel', 'unknown_channel', `must be one of ${CHANNELS.join(', ')}`);
}

function shownTask(row: AssistedTaskRow) {
  const { tenantId: _tenant, updatedPosition: _position, ...shown } = row;
  const known = Object.entries(shown).filter(([, value]) => value !== null);
  return { id: `${row.deliveryId}.${row.attempt}`, ...Object.fromEntries(known) };
}

/** The key itself is the caller's own; only its digest is kept. */
const digestOf = ({ tenantId, keyId }: Caller, key: string): string =>
  createHash('sha256').update(`${tenantId}\n${keyId}\n${key}`).digest('hex');
