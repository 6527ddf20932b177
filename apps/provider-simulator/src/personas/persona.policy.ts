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
  | 'complained';

export interface Step {
  readonly fate: Fate;
  /** Milliseconds after acceptance. */
  readonly afterMs: number;
}

/** The words of `r17+opens+clicks@sandbox.test`; unknown ones are left out. */
export function personaOf(address: string): ReadonlySet<PersonaWord> {
  const local = address.slice(0, Math.max(0, address.lastIndexOf('@')));
  const words = local.toLowerCase().split('+').slice(1);
  return new Set(PERSONA_WORDS.filter((word) => words.includes(word)));
}

/** Everything that will happen to a message for this persona, in order. Somebody without any word gets it delivered. */
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
  else {
    then('delivered', 120);
    if (has('machineopens')) then('opened-by-machine', 150);
    if (has('opens', 'clicks', 'replies', 'unsubscribes')) then('opened', 250);
    if (has('clicks')) then('clicked', 350);
    if (has('unsubscribes')) then('unsubscribed', 400);
    if (has('complains')) then('complained', 400);
    if (has('asyncbounces')) then('bounced-late', 500);
  }
  return steps;
}
