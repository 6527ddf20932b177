import { BOOKS_BUGS } from './books.bugs.js';
import { PROMISE_BUGS } from './promises.bugs.js';
import { RULE_BUGS } from './rules.bugs.js';

export type { PlantedBug } from './planted.bug.js';
export const PLANTED_BUGS = [...PROMISE_BUGS, ...RULE_BUGS, ...BOOKS_BUGS];
