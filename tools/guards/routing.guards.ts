import type { Guard } from './guard.js';

const ROUTING = 'libs/domain/src/routing';
const PAST = 'apps/orchestrator/src/decide-outreach/engagement.reader';

/** Which channel a person is reached on. */
export const GUARDS: readonly Guard[] = [
  {
    name: 'wishes are not drawn past',
    promise: 'What a person prefers, and what has priority, comes first, whatever is drawn',
    file: `${ROUTING}/channel-order.policy.ts`,
    find: "const equals = best && ruled(best.channel) === 'score' ? sorted : sorted.slice(0, 1);",
    replace: 'const equals = sorted;',
    project: 'unit',
    spec: `${ROUTING}/channel-selection.policy.spec.ts`,
    test: 'never draws past a wish or a priority',
  },
  {
    name: 'stated probabilities',
    promise: 'A channel is drawn as often as the recorded probability says',
    file: `${ROUTING}/channel-order.policy.ts`,
    find: 'probability: (index === 0 ? 1 - rate : 0) + rate / count',
    replace: 'probability: rate / count',
    project: 'unit',
    spec: `${ROUTING}/channel-selection.properties.spec.ts`,
    test: 'channels with the probabilities it states',
  },
  {
    name: 'reply window',
    promise: 'Who wrote to us is answered freely for 24 hours, and no longer',
    file: `${ROUTING}/viability.policy.ts`,
    find: 'return last !== undefined && Date.parse(at) - Date.parse(last) < REPLY_WINDOW_HOURS * 3_600_000;',
    replace: 'return last !== undefined;',
    project: 'unit',
    spec: `${ROUTING}/viability.policy.spec.ts`,
    test: 'lets a message to us be answered for 24 hours, and no longer',
  },
  {
    name: 'past that cannot be read',
    promise: 'A decision whose inputs cannot be read waits, and nothing is guessed',
    file: 'apps/orchestrator/src/decide-outreach/tenant.past.ts',
    find: 'at - (kept.get(id)?.readAt ?? -Infinity) < USABLE_MS',
    replace: 'kept.has(id)',
    project: 'unit',
    spec: `${PAST}.spec.ts`,
    test: 'is used for a quarter of an hour while it cannot be read, and never made up',
  },
  {
    name: 'nothing after an answer',
    promise: 'No step of a chain follows an answer, an unsubscription or a complaint',
    file: 'libs/domain/src/sequence/chain.stand.ts',
    find: '  if (stop) return over(stop);',
    replace: '',
    project: 'unit',
    spec: 'libs/domain/src/sequence/chain.properties.spec.ts',
    test: 'never runs two legs at once, never goes on after an answer, and comes to its end by the clock alone',
  },
  {
    name: 'an unknown outcome holds its chain',
    promise: 'No step follows an outcome nobody knows, unless the step accepts the risk',
    file: 'libs/domain/src/sequence/chain.stand.ts',
    find: "if (stands === 'outcome_unknown' && !of?.acceptUnknown) return { kind: 'held' };",
    replace: '',
    project: 'unit',
    spec: 'libs/domain/src/sequence/chain.properties.spec.ts',
    test: 'never runs two legs at once, never goes on after an answer, and comes to its end by the clock alone',
  },
  {
    name: 'one leg at a time',
    promise: 'The leg before is given up in the append that plans the next',
    file: 'libs/domain/src/sequence/next-leg.decider.ts',
    find: '...(giveUp\n',
    replace: '...(giveUp && false\n',
    project: 'unit',
    spec: 'libs/domain/src/sequence/chain.properties.spec.ts',
    test: 'never runs two legs at once, never goes on after an answer, and comes to its end by the clock alone',
  },
];
