export const PERSONA_WORDS = [
  'delivers',
  'opens',
  'clicks',
  'bounces',
  'asyncbounces',
  'softbounces',
  'drops',
  'defers',
  'replies',
  'unsubscribes',
  'complains',
  'machineopens',
  'silent',
  'reads',
  'undelivered',
  'fails',
  'stops',
] as const;
export type PersonaWord = (typeof PERSONA_WORDS)[number];

/** What becomes of a message, as any provider would see it. */
export type Fate =
  | 'processed'
  | 'deferred'
  | 'delivered'
  | 'opened'
  | 'opened-by-machine'
  | 'clicked'
  | 'bounced-hard'
  | 'bounced-soft'
  | 'bounced-late'
  | 'dropped'
  | 'unsubscribed'
  | 'complained'
  /** Of channels with receipts. */
  | 'read'
  /** The person answers; `stopped` with the word STOP. */
  | 'replied'
  | 'stopped'
  /** Given up by the carrier; by the provider. */
  | 'undelivered'
  | 'failed';

export interface Step {
  readonly fate: Fate;
  /** Milliseconds after acceptance. */
  readonly afterMs: number;
}

/** The last two digits of a number (`+15005550042`), for channels whose addresses hold no words. Any other number gets it delivered. */
const BY_DIGITS: Readonly<Record<string, readonly PersonaWord[]>> = {
  '41': ['silent'],
  '42': ['reads'],
  '43': ['replies'],
  '44': ['stops'],
  '45': ['undelivered'],
  '46': ['fails'],
  '47': ['defers'],
  '48': ['drops'],
  '49': ['reads', 'replies'],
};

/**
 * The words of `r17+opens+clicks@sandbox.test`, of a handle or id such as `person-17+reads`, or the last two digits of a number
 * (`BY_DIGITS`); unknown ones are left out.
 */
export function personaOf(address: string): ReadonlySet<PersonaWord> {
  const number = /^\+?\d*(\d\d)$/.exec(address.replace(/^\w+:/, ''));
  if (number) return new Set(BY_DIGITS[number[1] ?? ''] ?? []);
  const at = address.lastIndexOf('@');
  const words = (at < 0 ? address : address.slice(0, at)).toLowerCase().split('+').slice(1);
  return new Set(PERSONA_WORDS.filter((word) => words.includes(word)));
}

/**
 * Everything that will happen to a message for this persona, in order. Somebody without any word gets it delivered. One list for
 * all channels: a provider tells of it what it has words for.
 */
export function fateOf(persona: ReadonlySet<PersonaWord>): readonly Step[] {
  const has = (...words: PersonaWord[]) => words.some((word) => persona.has(word));
  if (has('silent')) return [];
  if (has('drops')) return [{ fate: 'dropped', afterMs: 10 }];
  const steps: Step[] = [{ fate: 'processed', afterMs: 5 }];
  const then = (fate: Fate, afterMs: number) => steps.push({ fate, afterMs });
  if (has('defers')) {
    then('deferred', 30);
    then('deferred', 90);
  }
  if (has('bounces')) then('bounced-hard', 120);
  else if (has('softbounces')) then('bounced-soft', 120);
  else if (has('undelivered')) then('undelivered', 120);
  else if (has('fails')) then('failed', 120);
  else {
    then('delivered', 120);
    if (has('machineopens')) then('opened-by-machine', 150);
    if (has('opens', 'clicks', 'replies', 'unsubscribes')) then('opened', 250);
    if (has('reads')) then('read', 300);
    if (has('clicks')) then('clicked', 350);
    if (has('unsubscribes')) then('unsubscribed', 400);
    if (has('complains')) then('complained', 400);
    if (has('replies')) then('replied', 450);
    if (has('stops')) then('stopped', 450);
    if (has('asyncbounces')) then('bounced-late', 500);
  }
  return steps;
}
