import { describe, expect, it } from '@jest/globals';
import { CHANNELS, CONSENT_DEMANDS, CONSENT_PURPOSES, type ConsentEvent, type ContactEvent } from '@homing/contracts';
import fc from 'fast-check';
import { decideContact, type ContactCommand } from '../contact/contact.decider.js';
import { evolveContact, suppressionsOf, unknownContact, type ContactState } from '../contact/contact.state.js';
import { consentRulesOf, consentVersion, DEFAULT_CONSENT, purposeOf, readConsentRules } from './consent.rule.js';
import { weighConsent, type ConsentQuestion } from './consent.rule.js';
import { CONSENT_WORDS_KEPT, latestConsent } from './consent.state.js';

const instant = (second: number): string => new Date(Date.UTC(2026, 4, 1, 10, 0, second)).toISOString();
const NOW = instant(3_600);
const about = { tenantId: 't', fingerprint: 'f', causationId: 'c', now: NOW } as const;
const channel = fc.constantFrom('sms' as const, 'whatsapp' as const, 'email' as const);
const purpose = fc.constantFrom(...CONSENT_PURPOSES);

const word: fc.Arbitrary<ContactCommand> = fc
  .record({ granted: fc.boolean(), id: fc.nat(12), second: fc.nat(20), channel, purpose, until: fc.option(fc.nat(40)) })
  .map(({ granted, id, second, until, ...on }): ContactCommand => {
    // An id is one word's, whoever brings it.
    const said = { ...about, ...on, consentId: `${id} ${granted} ${second} ${on.channel} ${on.purpose} ${until}` };
    const at = { at: instant(second), source: 'form' } as const;
    if (!granted) return { ...said, ...at, kind: 'withdraw_consent' };
    const validUntil = until === null ? {} : { validUntil: instant(until) };
    return { ...said, ...at, kind: 'grant_consent', evidence: 'FORM-1', ...validUntil };
  });
const after = (commands: readonly ContactCommand[]): ContactState =>
  commands.reduce(
    (state, command) => decideContact(state, command).reduce<ContactState>(evolveContact, state),
    unknownContact as ContactState,
  );
const wordsOf = (state: ContactState) => (state.status === 'known' ? (state.consents ?? []) : []);
const question: fc.Arbitrary<ConsentQuestion> = fc
  .record({
    rules: fc.dictionary(fc.constantFrom(...CHANNELS), fc.constantFrom(...CONSENT_DEMANDS)),
    channel: fc.constantFrom(...CHANNELS),
    purpose,
    standing: fc.option(
      fc.oneof(
        fc.constant({ kind: 'withdrawn' as const, consentId: 'w' }),
        fc.option(fc.nat(20), { nil: undefined }).map((until) => ({
          ...{ kind: 'granted' as const, consentId: 'g' },
          ...(until === undefined ? {} : { validUntil: instant(until) }),
        })),
      ),
      { nil: undefined },
    ),
    second: fc.nat(20),
    answers: fc.boolean(),
  })
  .map(({ second, ...rest }) => ({ ...rest, at: instant(second) }));

describe('the register of one address', () => {
  it('keeps each word once, and stands alike in whatever order they come and however often', () =>
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (words, draw) => {
        const mixed = [...words, ...words].map((each) => [draw.next().value as number, each] as const);
        const shuffled = mixed.sort(([a], [b]) => a - b).map(([, each]) => each);
        expect(wordsOf(after(shuffled))).toEqual(wordsOf(after(words)));
        expect(new Set(wordsOf(after(words)).map(({ consentId }) => consentId)).size).toBe(
          wordsOf(after(words)).length,
        );
      }),
      { numRuns: 300 },
    ));

  it('goes by the latest word of its channel and purpose; of one moment a withdrawal counts', () =>
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), channel, purpose, (words, on, what) => {
        const said = wordsOf(after(words)).filter((each) => each.channel === on && each.purpose === what);
        const latest = latestConsent(wordsOf(after(words)), { channel: on, purpose: what });
        const top = said.filter(({ at }) => said.every((other) => other.at <= at));
        expect(latest === undefined).toBe(said.length === 0);
        if (latest) expect(top.some(({ kind }) => kind === 'withdrawn')).toBe(latest.kind === 'withdrawn');
        if (latest) expect(top).toContainEqual(latest);
      }),
      { numRuns: 300 },
    ));

  it('keeps the latest where there are very many', () => {
    const many = Array.from({ length: CONSENT_WORDS_KEPT + 5 }, (_each, i): ContactCommand => ({
      ...{ ...about, kind: 'grant_consent', evidence: 'E', channel: 'sms', purpose: 'marketing', source: 'api' },
      ...{ consentId: `g${i}`, at: instant(i) },
    }));
    const words = wordsOf(after(many));
    expect(words).toHaveLength(CONSENT_WORDS_KEPT);
    expect(words[0]?.consentId).toBe(`g${CONSENT_WORDS_KEPT + 4}`);
  });

  it('says nothing of suppression, and suppression nothing of it', () => {
    const [event] = decideContact(unknownContact, {
      ...{ ...about, kind: 'withdraw_consent', channel: 'sms', purpose: 'marketing', source: 'api' },
      ...{ consentId: 'w', at: instant(9_999) },
    }) as readonly ConsentEvent[];
    expect(event?.data).toMatchObject({ at: NOW, consentId: 'w' });
    const state = [event as ContactEvent].reduce<ContactState>(evolveContact, unknownContact);
    expect(suppressionsOf(state)).toEqual([]);
    const held = decideContact(state, { ...about, kind: 'suppress', reason: 'unsubscribe', channel: 'sms' });
    expect(wordsOf(held.reduce<ContactState>(evolveContact, state))).toEqual(wordsOf(state));
  });

  it('is nobody’s where another tenant says it', () => {
    const [first] = fc.sample(word, 1);
    if (!first) throw new Error('nothing drawn');
    expect(decideContact(after([first]), { ...first, tenantId: 'other' })).toEqual([]);
  });
});

describe('whether a message may go, as far as consent goes', () => {
  it('never past a withdrawal, whatever is demanded', () =>
    fc.assert(
      fc.property(question, (asked) => {
        const standing = { kind: 'withdrawn', consentId: 'w' } as const;
        expect(weighConsent({ ...asked, standing })).toMatchObject({ kind: 'refused', reason: 'consent_withdrawn' });
      }),
    ));

  it('where it is required, only on consent that is in force; elsewhere always but for a withdrawal', () =>
    fc.assert(
      fc.property(question, (asked) => {
        const { rules, channel: on, standing, at, answers } = asked;
        const demand = rules[on] ?? 'never';
        const free = answers === true && ['whatsapp', 'facebook', 'instagram'].includes(on);
        const required = !free && (demand === 'always' || (demand === 'marketing' && asked.purpose === 'marketing'));
        const given = standing?.kind === 'granted' && (standing.validUntil === undefined || standing.validUntil > at);
        const verdict = weighConsent(asked);
        expect(verdict.kind).toBe(standing?.kind !== 'withdrawn' && (given || !required) ? 'allowed' : 'refused');
        expect(verdict.basis?.required ?? false).toBe(required);
        expect(verdict.basis?.consentId).toBe(given ? 'g' : undefined);
      }),
    ));

  it.each([
    [undefined, 'consent_missing'],
    [{ kind: 'granted', consentId: 'g', validUntil: instant(5) }, 'consent_expired'],
    [{ kind: 'granted', consentId: 'g', validUntil: instant(6) }, undefined],
    [{ kind: 'withdrawn', consentId: 'w' }, 'consent_withdrawn'],
  ] as const)('by the product’s rule SMS marketing that stands %j says %s', (standing, reason) => {
    const asked = { rules: DEFAULT_CONSENT, channel: 'sms', purpose: purposeOf('outreach'), at: instant(5) } as const;
    const verdict = weighConsent({ ...asked, standing });
    expect(verdict.kind === 'refused' ? verdict.reason : undefined).toBe(reason);
  });

  it('by the product’s rule asks nothing for transactional SMS and for email, and asks WhatsApp always but for an answer', () => {
    const kindOf = (on: 'sms' | 'email' | 'whatsapp', messageType: string, answers = false) =>
      weighConsent({ rules: DEFAULT_CONSENT, channel: on, purpose: purposeOf(messageType), at: NOW, answers }).kind;
    expect(kindOf('sms', 'transactional')).toBe('allowed');
    expect(kindOf('email', 'newsletter')).toBe('allowed');
    expect(kindOf('whatsapp', 'transactional')).toBe('refused');
    expect(kindOf('whatsapp', 'outreach', true)).toBe('allowed');
    expect(kindOf('sms', 'outreach', true)).toBe('refused');
  });
});

describe('what an installation demands', () => {
  it('is read from its text, and named in the version of its policy where it is not the product’s', () => {
    const said = readConsentRules(' sms:never ; email:marketing;');
    expect(said).toEqual({ sms: 'never', email: 'marketing' });
    const rules = consentRulesOf(DEFAULT_CONSENT, said);
    expect(rules).toEqual({ sms: 'never', email: 'marketing', whatsapp: 'always' });
    expect(consentVersion(rules)).toBe('@consent:email=marketing,sms=never');
    expect(consentVersion(DEFAULT_CONSENT)).toBe('');
    expect(readConsentRules('')).toEqual({});
  });

  it.each(['sms', 'sms:perhaps', 'pigeon:never', 'sms:never;sms:always', 'sms:never:x'])('is not %j', (text) =>
    expect(readConsentRules(text)).toBeUndefined(),
  );
});
