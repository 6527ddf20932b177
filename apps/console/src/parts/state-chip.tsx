import type { ReactNode } from 'react';
import { toneOf, words } from './wording.js';

/** Never colour alone: the word says it, the colour helps. */
export const StateChip = ({ state }: { state: string }): ReactNode => (
  <span className="chip" data-tone={toneOf(state)}>
    {words(state)}
  </span>
);
