import type { WordAnswered } from '@homing/contracts';

/** Which words were answered last, by when they were written. Plain JSON. */
export type AnsweredWords = Readonly<Partial<Record<WordAnswered['word'], Pick<WordAnswered, 'at' | 'causationId'>>>>;

export function withAnswered(words: AnsweredWords = {}, { word, at, causationId }: WordAnswered): AnsweredWords {
  const last = words[word];
  return last && last.at >= at ? words : { ...words, [word]: { at, causationId } };
}
