import { describe, expect, it } from '@jest/globals';
import { deliveryIdOf, type DecisionAnswer } from '@homing/contracts';
import fc from 'fast-check';
import type { ListedOutreach, ShownOutreach } from './api.client.js';
import { ENDS } from './example.summary.js';
import { FeedJournal } from './feed.journal.js';
import type { SentMessage } from './ledger.client.js';
import type { RequestLine } from './request.lines.js';
import { accountFor, type Evidence } from './run.accounting.js';

const startedAt = '2026-05-01T10:00:00.000Z';
const later = '2026-05-01T10:00:01.000Z';
const earlier = '2026-05-01T09:00:00.000Z';
const idOf = (n: number) => `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`;

/** One request and what became of it, as told by everybody. */
interface Story {
  readonly fate: 'dead' | 'unanswered' | 'untaken' | 'told';
  readonly state: string;
  readonly outcome?: string;
  readonly retrying: boolean;
  readonly before: boolean;
  readonly times: number;
}

const unsent = new Set(['accepted', 'refused', 'scheduled', 'skipped', 'cancelled', 'expired', 'sending']);
const told = (state: string, over: Partial<Story> = {}): Story => ({
  fate: 'told',
  state,
  retrying: false,
  before: false,
  times: 1,
  ...over,
});

function evidenceOf(stories: readonly Story[], over: Partial<Evidence> = {}): Evidence {
  const lines: RequestLine[] = [];
  const answers = new Map<number, DecisionAnswer>();
  const untaken = new Map<number, string>();
  const outreach = new Map<string, ListedOutreach>();
  const details = new Map<string, ShownOutreach>();
  const ledger: SentMessage[] = [];
  const journal = new FeedJournal();
  stories.forEach(({ fate, state, outcome, retrying, before, times }, n) => {
    const outreachId = idOf(n);
    for (let time = 0; time < times; time += 1) {
      const line = lines.length + 1;
      lines.push({ line, requestId: `r-${n}`, data: {}, ...(fate === 'dead' ? { fault: 'urgency' } : {}) });
      if (fate === 'untaken') untaken.set(line, 'full');
      const refusal = state === 'refused' ? { refusal: { step: 'channel_selection', reason: 'opted_out' } } : {};
      if (fate === 'told')
        answers.set(line, { outreachId, status: 'scheduled', fallbackChain: [], explanation: '', ...refusal });
    }
    if (fate !== 'told') return;
    const sent = !unsent.has(state);
    const row = { outreachId, state, acceptedAt: before ? earlier : later, ...(sent ? { sentAt: later } : {}) };
    outreach.set(outreachId, { ...row, ...(outcome ? { outcome } : {}) });
    const deliveries = [{ state: retrying ? 'retrying' : state }];
    details.set(outreachId, { ...row, deliveries, timeline: [], explanation: null });
    const deliveryId = deliveryIdOf(outreachId, 1);
    if (sent) ledger.push({ n: ledger.length + 1, outreachId, deliveryId, attempt: 1 });
    const hear = (transition: string, of: object = {}) =>
      journal.hear({ tenantId: 't', outreachId, transition, position: '1', revision: '0', occurredAt: later, ...of });
    if (before) return;
    hear('requested');
    if (sent) hear('queued', { deliveryId, attempt: 1 });
  });
  const dead = stories.filter(({ fate }) => fate === 'dead').reduce((sum, { times }) => sum + times, 0);
  const heard = (id: string) => journal.of(id);
  return { lines, answers, untaken, deadLetters: dead, startedAt, outreach, details, heard, ledger, ...over };
}

const anyStory: fc.Arbitrary<Story> = fc.record({
  fate: fc.constantFrom('told', 'told', 'told', 'dead', 'unanswered', 'untaken'),
  state: fc.constantFrom(
    ...['accepted', 'refused', 'scheduled', 'sending', 'queued', 'sent', 'delivered', 'opened', 'clicked', 'responded'],
    ...['complained', 'unsubscribed', 'bounced', 'failed', 'skipped', 'expired', 'cancelled', 'outcome_unknown'],
    'a_state_of_tomorrow',
  ),
  outcome: fc.constantFrom('dropped', 'failed'),
  retrying: fc.boolean(),
  before: fc.boolean(),
  times: fc.integer({ min: 1, max: 3 }),
});

describe('accounting for a run', () => {
  it('puts every line and every outreach into exactly one place', () => {
    fc.assert(
      fc.property(fc.array(anyStory, { maxLength: 40 }), (stories) => {
        const evidence = evidenceOf(stories);
        const { published, accepted, knownBefore, repeats, deadLetters, unanswered, audience, ends } =
          accountFor(evidence);
        expect(published + evidence.untaken.size).toBe(evidence.lines.length);
        expect(accepted + knownBefore + repeats + deadLetters.lines.length + unanswered.length).toBe(published);
        expect(accepted + knownBefore).toBe(audience);
        expect(ENDS.reduce((sum, end) => sum + ends[end], 0)).toBe(audience);
      }),
    );
  });

  it('finds nothing wrong when everything is at its end, and the ledger agrees', () => {
    const calm = anyStory.filter(
      ({ fate, state }) =>
        ['told', 'dead'].includes(fate) && /^(refused|delivered|clicked|bounced|failed)$/.test(state),
    );
    fc.assert(
      fc.property(fc.array(calm, { maxLength: 40 }), (stories) => {
        const { faults, ledger } = accountFor(evidenceOf(stories));
        expect(faults).toEqual([]);
        expect(ledger).toMatchObject({ sentTwice: 0, unclaimed: [], missing: [] });
        expect(ledger.attempts).toBe(ledger.messages);
      }),
    );
  });

  it('finds each message that was sent twice, wherever it lies in the ledger', () => {
    const stories = Array.from({ length: 20 }, (_, n) => told('delivered', { before: n % 2 === 0 }));
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 19 }), { minLength: 1, maxLength: 5 }), (twice) => {
        const { ledger } = evidenceOf(stories);
        const again = twice.flatMap((n) => ledger[n] ?? []);
        const summary = accountFor(evidenceOf(stories, { ledger: [...again, ...ledger] }));
        expect(summary.ledger.sentTwice).toBe(twice.length);
        expect(summary.faults).toEqual([`${twice.length} messages were sent twice`]);
      }),
    );
  });

  it('takes a further attempt of a delivery for what it is', () => {
    const [first] = evidenceOf([told('bounced', { before: true })]).ledger;
    const ledger = [first, { ...first, n: 2, attempt: 2 }] as SentMessage[];
    const summary = accountFor(evidenceOf([told('bounced', { before: true })], { ledger }));
    expect(summary).toMatchObject({ faults: [], ledger: { messages: 2, attempts: 2, sentTwice: 0 } });
  });

  it.each<[string, Story, Partial<Evidence>, string]>([
    ['a message nobody accepted', told('delivered'), { ledger: [] }, 'are not in the ledger'],
    ['such a message of an earlier run', told('clicked', { before: true }), { ledger: [] }, 'are not in the ledger'],
    [
      'a message to somebody refused',
      told('refused'),
      { ledger: [{ n: 1, outreachId: idOf(0), deliveryId: deliveryIdOf(idOf(0), 1), attempt: 1 }] },
      'the system does not speak of',
    ],
    [
      'a message to somebody an earlier run was refused for',
      told('refused', { before: true }),
      { ledger: [{ n: 1, outreachId: idOf(0), deliveryId: deliveryIdOf(idOf(0), 1), attempt: 1 }] },
      'the system does not speak of',
    ],
    ['a request without a decision', told('', { fate: 'unanswered' }), {}, 'without a decision'],
    ['a line the bus refused', told('', { fate: 'untaken' }), {}, 'not taken by the bus'],
    ['a faulty line that left no letter', told('', { fate: 'dead' }), { deadLetters: 0 }, 'among the dead letters'],
    ['an outreach under way', told('sending'), {}, 'still under way'],
    ['an outreach the API does not know', told('delivered'), { outreach: new Map() }, 'still under way'],
  ])('names %s', (_what, story, over, words) => {
    expect(accountFor(evidenceOf([story], over)).faults).toEqual([expect.stringContaining(words)]);
  });

  it('names a request that became two outreach', () => {
    const evidence = evidenceOf([told('delivered', { times: 2 }), told('delivered')]);
    const answers = new Map(evidence.answers).set(2, { ...evidence.answers.get(2)!, outreachId: idOf(1) });
    expect(accountFor({ ...evidence, answers }).faults).toEqual(['1 requests became more than one outreach']);
  });

  it('does not hold a ledger line against an outreach of unknown outcome', () => {
    const deliveryId = deliveryIdOf(idOf(0), 1);
    const journal = new FeedJournal();
    for (const transition of ['requested', 'outcome_unknown'])
      journal.hear({ ...heardOf(transition), ...(transition === 'requested' ? {} : { deliveryId, attempt: 1 }) });
    const evidence = evidenceOf([told('outcome_unknown')], { heard: (id) => journal.of(id) });
    expect(accountFor(evidence)).toMatchObject({ faults: [], ends: { unknown: 1 }, ledger: { messages: 1 } });
  });

  it('counts refusals by step and reason, and shows what is still retrying', () => {
    const summary = accountFor(evidenceOf([told('refused'), told('refused'), told('scheduled', { retrying: true })]));
    expect(summary.refusals).toEqual([{ step: 'channel_selection', reason: 'opted_out', count: 2 }]);
    expect(summary.open).toMatchObject([{ outreachId: idOf(2), state: 'retrying' }]);
    expect(summary.faults).toEqual([]);
  });
});

const heardOf = (transition: string) => ({
  tenantId: 't',
  outreachId: idOf(0),
  transition,
  position: '1',
  revision: '0',
  occurredAt: later,
});

describe('what the feed tells of an outreach', () => {
  const after = (...transitions: string[]) => {
    const journal = new FeedJournal();
    for (const transition of transitions)
      journal.hear({ ...heardOf(transition), deliveryId: deliveryIdOf(idOf(0), 1), attempt: 1 });
    return journal.of(idOf(0));
  };

  it.each<[boolean, string[]]>([
    [false, ['requested', 'decided', 'scheduled', 'attempt_started', 'queued']],
    [true, ['requested', 'refused']],
    [true, ['queued', 'delivered', 'settled', 'opened']],
    [true, ['queued', 'bounced', 'retrying']],
    [true, ['bounced', 'retrying', 'sent']],
    [false, ['queued', 'bounced', 'retrying', 'attempt_started', 'sent']],
    [true, ['attempt_started', 'outcome_unknown']],
  ])('is at rest: %p after %p', (atRest, transitions) => expect(after(...transitions)?.atRest).toBe(atRest));

  it('names an attempt as taken only when a provider took it', () => {
    expect(after('attempt_started', 'rejected', 'retrying')?.taken.size).toBe(0);
    expect([...(after('attempt_started', 'queued', 'delivered')?.taken ?? [])]).toEqual([`${idOf(0)}.1:1`]);
  });
});
