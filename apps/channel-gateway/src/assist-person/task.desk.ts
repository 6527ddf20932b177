import { deliveryIdOf, type AssistedAnswer, type AssistedRequest, type AssistedText } from '@homing/contracts';
import {
  deliveryOf,
  finishTask,
  openTask,
  type FinishDecision,
  type KnownOutreach,
  type OpenDecision,
  type OutreachState,
  type TaskClaimed,
  type TaskRefusal,
} from '@homing/domain';
import type { EventStore, Folded } from '@homing/event-store';
import { changeOutreach, readOutreach } from '@homing/event-store/outreach';
import type { OutboundMessage } from '@homing/channels';
import type { Rendered, ToRender } from '../render-message/delivery.renderer.js';
import { gateQuestion, heldBackBy, type HeldBack, type SendGate } from '../send-delivery/send.gate.js';

export interface TaskDeskParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly instance: string;
  readonly render: (item: ToRender) => Promise<Rendered>;
  readonly gate: SendGate;
  /** Seals to the key of the question. */
  readonly seal: (
    bytes: Uint8Array,
    answer: { readonly tenantId: string; readonly taskId: string; readonly key: string },
  ) => Promise<Uint8Array>;
  readonly now: () => string;
}

type Open = Extract<AssistedRequest, { action: 'open' }>;
type Finish = Extract<AssistedRequest, { action: 'finish' }>;

/** How a task is named: its delivery and its attempt. */
export const taskIdOf = ({
  outreachId,
  leg,
  attempt,
}: Pick<AssistedRequest, 'outreachId' | 'leg' | 'attempt'>): string => `${deliveryIdOf(outreachId, leg)}.${attempt}`;

/**
 * Answers about one task: shows what is to be sent, or records what a person says became of it, at the exact revision. What was
 * suppressed, stopped or cancelled meanwhile is shown to nobody, and whoever asks is told; that it was sent all the same is recorded. @throws what a store throws
 */
export async function answerTask(parts: TaskDeskParts, request: AssistedRequest): Promise<AssistedAnswer> {
  const known = await readOutreach(parts.store, request.outreachId);
  const { state } = known;
  if (state.status === 'none' || state.request.tenantId !== request.tenantId) return { kind: 'not_found' };
  const delivery = deliveryOf(state, request.leg);
  if (!delivery) return { kind: 'not_found' };
  const held = heldBackBy((await parts.gate.ask(gateQuestion(state, delivery))).answer);
  return request.action === 'open'
    ? show(parts, request, { known, held })
    : finish(parts, request, { known, held: held?.kind === 'end' ? held : undefined });
}

interface Seen {
  readonly known: Folded<OutreachState>;
  readonly held: HeldBack | undefined;
}

async function show(parts: TaskDeskParts, request: Open, { known, held }: Seen): Promise<AssistedAnswer> {
  const of = ofTask(parts, request, held);
  const first = openTask(known.state, of);
  // Whoever may not see it now is told before anything is opened.
  if (first.kind === 'open' && held?.kind === 'rest') return { kind: 'resting', reason: held.reason };
  const state = known.state as KnownOutreach;
  const rendered =
    first.kind === 'open'
      ? await parts.render({ state, delivery: first.delivery, attempt: request.attempt })
      : undefined;
  const withheld = rendered?.kind === 'impossible' ? { withheld: rendered.reason } : {};
  let decision: OpenDecision = first;
  await change(parts, request, {
    known,
    commandId: `task-open:${taskIdOf(request)}:${parts.now()}`,
    decide: (current) => {
      decision = openTask(current, { ...of, ...withheld });
      return 'events' in decision ? decision.events : [];
    },
  });
  const taken = decision as OpenDecision;
  if (taken.kind !== 'open') return refusalOf(taken);
  if (rendered?.kind !== 'message') return { kind: 'unavailable' };
  const bytes = new TextEncoder().encode(JSON.stringify(textOf(rendered.message, taken.delivery.channel)));
  const { tenantId, answerKey: key } = request;
  const sealed = await parts.seal(bytes, { tenantId, taskId: taskIdOf(request), key });
  return { kind: 'opened', sealed: Buffer.from(sealed).toString('base64') };
}

async function finish(parts: TaskDeskParts, request: Finish, { known, held }: Seen): Promise<AssistedAnswer> {
  const { outcome, note, idempotencyKey: key } = request;
  const said = { outcome, ...(note === undefined ? {} : { note }), ...(key === undefined ? {} : { key }) };
  // That nothing was sent may be said of anything.
  const of = ofTask(parts, request, outcome === 'sent' ? held : undefined);
  let decision: FinishDecision = { kind: 'unknown_task' };
  await change(parts, request, {
    known,
    commandId: `task-done:${taskIdOf(request)}:${request.by}:${key ?? parts.now()}`,
    decide: (current) => {
      decision = finishTask(current, { ...of, ...said });
      return 'events' in decision ? decision.events : [];
    },
  });
  const taken = decision as FinishDecision;
  if (taken.kind === 'done') {
    const despite = taken.despite === undefined ? {} : { despite: taken.despite };
    return { kind: 'done', outcome, at: of.now, repeated: false, ...despite };
  }
  if (taken.kind === 'stands') return { kind: 'done', outcome, at: taken.at, repeated: true };
  return refusalOf(taken);
}

const ofTask = (parts: TaskDeskParts, { leg, attempt, by, worker }: AssistedRequest, held: HeldBack | undefined) => ({
  leg,
  attempt,
  by,
  ...(worker === undefined ? {} : { worker }),
  ...(held?.kind === 'end' ? { withheld: held.reason } : {}),
  now: parts.now(),
});

function refusalOf(refusal: TaskRefusal | TaskClaimed): AssistedAnswer {
  switch (refusal.kind) {
    case 'unknown_task':
      return { kind: 'not_found' };
    case 'already_done': {
      const { outcome, at, by } = refusal;
      return { kind: 'already_done', outcome, at, ...(by === undefined ? {} : { by }) };
    }
    case 'claimed':
      return refusal;
    case 'withdrawn':
      return { kind: 'withdrawn', reason: refusal.reason };
  }
}

interface Change {
  readonly known: Folded<OutreachState>;
  readonly commandId: string;
  readonly decide: Parameters<typeof changeOutreach>[2]['decide'];
}

const change = (
  { store, instance, now }: TaskDeskParts,
  { outreachId, tenantId, ...of }: AssistedRequest,
  { known, commandId, decide }: Change,
) =>
  changeOutreach(store, instance, {
    outreachId,
    tenantId,
    known,
    decide,
    commandId,
    causationId: `task:${taskIdOf({ outreachId, ...of })}`,
    now: now(),
  });

function textOf(message: OutboundMessage, channel: AssistedText['channel']): AssistedText {
  const { to, from, replyTo, subject, text, approach } = message;
  return {
    channel,
    to,
    from,
    ...(replyTo === undefined ? {} : { replyTo: replyTo.address }),
    ...(subject === undefined ? {} : { subject }),
    text,
    ...(approach === undefined ? {} : { approach }),
  };
}
