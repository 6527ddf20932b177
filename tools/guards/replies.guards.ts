import type { Guard } from './guard.js';

const HEAR = 'apps/orchestrator/src/hear-inbound';

/** What people write back. */
export const GUARDS: readonly Guard[] = [
  {
    name: 'overdue is not projected',
    promise: 'What people wrote is never taken for understood because the projection was waited for long enough',
    file: 'apps/orchestrator/src/match-signals/message.matcher.ts',
    find: "return isLate ? { kind: 'overdue', position }",
    replace: "return isLate ? { kind: 'passed' }",
    project: 'unit',
    spec: 'apps/orchestrator/src/match-signals/message.matcher.spec.ts',
    test: 'is overdue after 30 s, however long it lay on the bus, and never taken for projected',
  },
  {
    name: 'replies wait for the projector',
    promise: 'A reply that comes while the projector is away stops its sequence once that is back',
    file: `${HEAR}/inbound.hearer.ts`,
    find: 'if (origin.mayComeLater && (await isParked(parts, { message, item }, standing))) return;',
    replace: 'if (origin.mayComeLater && isParked === undefined && standing) return;',
    project: 'unit',
    spec: `${HEAR}/inbound.hearer.spec.ts`,
    test: 'while the projection is away is parked, and stops its outreach once that has come up, however often it is settled',
  },
];
