import type { DeadLetterResolution, DeskAnswer, DeskQuestion, DeskRequest, LetterWish } from '@homing/contracts';
import type { DeadLetterStream } from '@homing/messaging';
import {
  EnvelopeError,
  type DeadLetterFile,
  type DeskLetter,
  type LetterContent,
  type LetterOpener,
  type NewResolution,
} from '@homing/vault/desk';
import type { Replay, Replayed } from './replay.types.js';

export interface DeskParts {
  readonly file: Pick<DeadLetterFile, 'hold' | 'noteRead'>;
  readonly stream: Pick<DeadLetterStream, 'read'>;
  readonly opener: LetterOpener;
  /** Hands a message in again; once it answers `replayed`, that cannot be lost. */
  readonly replay: (replay: Replay) => Promise<Replayed>;
  /** Keyed digest of a wish, by which a repetition under the same idempotency key is told from another wish. */
  readonly digestOf: (letterId: string, wish: unknown) => Buffer;
}

type LetterRequest = DeskQuestion & LetterWish;
type Held = { readonly end?: NewResolution; readonly answer: Outcome };
/** `ended`: answered with the resolution that was written with it. */
type Outcome = DeskAnswer | { readonly kind: 'ended' } | { readonly kind: 'gone' };

/**
 * Opens, replays and discards dead letters for the API. A letter is held while it is worked on, so that it ends once; what ended it is
 * durable before it is answered. Should the desk die between handing a message in and writing that down, the letter stays open, and
 * replaying it again is harmless: it keeps its identity.
 * @throws when a store is away; then nothing was written
 */
export class LetterDesk {
  constructor(private readonly parts: DeskParts) {}

  async handle(request: DeskRequest): Promise<DeskAnswer> {
    if (request.action === 'open_inbound') return { kind: 'not_found' };
    const held = await this.parts.file.hold(request.letterId, async (letter): Promise<Held> => {
      const mine = letter.tenantId === request.tenantId || (letter.tenantId === null && request.operator);
      if (!mine) return { answer: { kind: 'not_found' } };
      if (letter.resolution) return { answer: await this.#ended(letter, letter.resolution, request) };
      return this.#work(letter, request);
    });
    if (!held) return { kind: 'not_found' };
    const { answer, resolution } = held;
    if (answer.kind === 'ended' && resolution) return { kind: 'resolved', resolution, repeated: false };
    if (answer.kind === 'gone' && resolution) return { kind: 'already_resolved', resolution };
    if (answer.kind === 'ended' || answer.kind === 'gone') throw new Error('a letter ended without a word');
    return answer;
  }

  async #work(letter: DeskLetter, request: LetterRequest): Promise<Held> {
    if (request.action === 'discard') {
      return { end: { state: 'discarded', actor: request.actor, reason: request.reason }, answer: { kind: 'ended' } };
    }
    // Too large for the bus: there never was more of it than its digest.
    if (letter.digest !== null) return { answer: { kind: 'no_content' } };
    const sealed = await this.parts.stream.read(letter);
    if (sealed === undefined) {
      return { end: { state: 'expired', actor: 'desk', reason: 'content_lost' }, answer: { kind: 'gone' } };
    }
    const content = await this.#open(letter, sealed);
    if (content === undefined) return { answer: { kind: 'no_content' } };
    if (request.action === 'replay') return this.#replay(letter, content, request);
    const answered = await this.parts.opener.sealAnswer(content.bytes, { letterId: letter.id, key: request.answerKey });
    await this.parts.file.noteRead(letter, request.actor);
    return { answer: { kind: 'opened', sealed: Buffer.from(answered).toString('base64') } };
  }

  async #replay(
    letter: DeskLetter,
    content: LetterContent,
    request: DeskQuestion & { repaired?: string; idempotencyKey?: string },
  ): Promise<Held> {
    const repaired = await this.#repairedBody(letter, request);
    const replayed = await this.parts.replay({ letter, content, ...(repaired === undefined ? {} : { repaired }) });
    if (replayed.kind !== 'replayed') return { answer: replayed };
    const end: NewResolution = {
      state: 'replayed',
      actor: request.actor,
      key: request.idempotencyKey,
      digest: this.parts.digestOf(letter.id, repaired),
      ...(replayed.outreachId === undefined ? {} : { outreachId: replayed.outreachId }),
      ...(repaired === undefined ? {} : { reason: 'repaired' }),
    };
    return { end, answer: { kind: 'ended' } };
  }

  async #repairedBody(letter: Pick<DeskLetter, 'id'>, { repaired }: { repaired?: string }): Promise<unknown> {
    if (repaired === undefined) return undefined;
    const bytes = await this.parts.opener.openRepair(Buffer.from(repaired, 'base64'), letter.id);
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  }

  /** What is sealed under another key, or under another tenant's name, is nothing that can be read or replayed. */
  async #open(letter: DeskLetter, sealed: Uint8Array): Promise<LetterContent | undefined> {
    try {
      return await this.parts.opener.open(sealed, letter);
    } catch (error) {
      if (error instanceof EnvelopeError || error instanceof TypeError || error instanceof SyntaxError)
        return undefined;
      throw error;
    }
  }

  /** It ended before: the same wish gets the first answer, any other is told how it ended. */
  async #ended(
    letter: DeskLetter,
    { key, digest, ...resolution }: NonNullable<DeskLetter['resolution']>,
    request: LetterRequest,
  ): Promise<DeskAnswer> {
    if (request.action === 'discard' && isSameDiscard(resolution, request.reason)) {
      return { kind: 'resolved', resolution, repeated: true };
    }
    if (request.action !== 'replay' || key === undefined || key !== request.idempotencyKey) {
      return { kind: 'already_resolved', resolution };
    }
    const wish = this.parts.digestOf(letter.id, await this.#repairedBody(letter, request));
    return digest?.equals(wish) ? { kind: 'resolved', resolution, repeated: true } : { kind: 'key_reused' };
  }
}

const isSameDiscard = ({ state, reason }: DeadLetterResolution, wished: string): boolean =>
  state === 'discarded' && reason === wished;
