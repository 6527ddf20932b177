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
  {
    name: 'signed addresses',
    promise: 'A reply is matched by an address that we signed, and by no other',
    file: 'libs/channels/src/reply-address/reply.token.ts',
    find: 'if (!signed || base32(bytes) !== token)',
    replace: 'if ((!signed && keys.length < 0) || base32(bytes) !== token)',
    project: 'unit',
    spec: 'libs/channels/src/reply-address/reply.token.spec.ts',
    test: 'says nothing under another key, for another purpose, or with any letter changed',
  },
  {
    name: 'one confirmation',
    promise: 'An opt-out is confirmed once at most, whoever hears it, however often, and whoever dies on the way',
    file: 'libs/domain/src/contact/answer-word.decider.ts',
    find: "(last && (at <= last.at || last.at > (since ?? '')))",
    replace: '(last && at === last.at)',
    project: 'unit',
    spec: 'apps/orchestrator/src/answer-words/word.answerer.spec.ts',
    test: 'confirms each opt-out once, whatever is said again, heard again, by two at once or crashes on the way',
  },
  {
    name: 'nothing but the confirmation',
    promise: 'Nothing passes a suppression but the one confirmation of an opt-out',
    file: 'libs/domain/src/inbound/word-answer.policy.ts',
    find: "answers === 'stop' ? { despite",
    replace: 'answers ? { despite',
    project: 'unit',
    spec: 'libs/domain/src/inbound/word-answer.policy.spec.ts',
    test: 'is the confirmation of an opt-out, and nothing else',
  },
  {
    name: 'no other reason',
    promise: 'Who complained or bounced as well gets no confirmation',
    file: 'libs/vault/src/gate/gate.reader.ts',
    find: "where r.said ->> 'reason' is distinct from w.despite",
    replace: 'where w.despite is null',
    project: 'integration',
    spec: 'libs/vault/src/gate/gate.int.spec.ts',
    test: 'lets one reason pass where it is asked to, and none beside it',
  },
];
