import { specFor } from '@homing/testing';
import { evolveOutreach } from './outreach.evolve.js';
import { emptyOutreach } from './outreach.state.js';

/** `given(...events).when(decide).then(...events)` over one outreach. */
export const given = specFor({ empty: emptyOutreach, evolve: evolveOutreach });
