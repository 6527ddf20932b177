import type { DeskAnswer, DeskQuestion, DeskWish } from '@homing/contracts';
import { v7 as uuidv7 } from 'uuid';
import type { ApiBus } from '../api.parts.js';

export type Question = Omit<DeskQuestion, 'replyTo'>;

const nobodyAnswered: DeskAnswer = { kind: 'unavailable' };

/** Asks the desk over the bus. `unavailable` when nobody answers in time: it may have been done, ask again under the same key. */
export async function askDesk(
  { bus, waitMs }: { readonly bus: Pick<ApiBus, 'expectAnswer' | 'tellDesk'>; readonly waitMs: number },
  question: Question,
  wish: DeskWish,
): Promise<DeskAnswer> {
  const reply = bus.expectAnswer(uuidv7(), waitMs);
  if (!bus.tellDesk({ ...question, ...wish, replyTo: reply.replyTo })) {
    reply.cancel();
    return nobodyAnswered;
  }
  const bytes = await reply.answer;
  return bytes === undefined ? nobodyAnswered : (JSON.parse(new TextDecoder().decode(bytes)) as DeskAnswer);
}
