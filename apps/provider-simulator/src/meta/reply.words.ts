import type { Fate } from '../personas/persona.policy.js';

/** What somebody writes who answers; beyond ASCII, so that escaping matters. */
export const WORDS: Readonly<Partial<Record<Fate, string>>> = { replied: 'Ja, gerne – später 🙂', stopped: 'STOP' };

/** When a step happens, in milliseconds since the epoch. */
export const momentOf = ({ line, step }: { line: { at: string }; step: { afterMs: number } }): number =>
  Date.parse(line.at) + step.afterMs;
