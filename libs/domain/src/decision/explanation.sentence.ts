import {
  type Chain,
  SELECTION_FACTORS,
  type Explanation,
  type OutreachDecided,
  type OutreachRefused,
  type RankedChannel,
  type StepTrace,
} from '@homing/contracts';

/** The refusal as a person would say it. */
export function refusalSentence(refusal: Pick<OutreachRefused, 'step' | 'reason'>): string {
  return `Not contacted: the ${words(refusal.step)} step refused (${words(refusal.reason)}).`;
}

/** The decision as a person would say it, rendered from the recorded factors. */
export function decisionSentence(explanation: Explanation, of: Sent = {}): string {
  const { chain, legs = [] } = of;
  const [first, ...others] = explanation.ranked;
  if (!first) return 'No channel was chosen.';
  const when = sendTimeWords(explanation.steps.find((step) => step.step === 'send_time'));
  const place = `ranked first of ${others.length + 1}${WHY[first.reason] ?? ''}`;
  const among = others.length === 0 ? 'the only channel that can be used' : place;
  const toCome = new Set(stepsToCome(chain, legs[0]?.leg).map(({ channel }) => channel));
  const left = explanation.excluded
    .map((e) => `${words(e.channel)}: ${words(e.reason)}${toCome.has(e.channel) ? ' (asked again at its turn)' : ''}`)
    .join('; ');
  const why = chain?.steps.some(({ because }) => because === 'step')
    ? 'as its steps say'
    : `${among}${strengths(first, others[0])}`;
  const what = `Sending by ${words(sentBy(first, of))} ${when}: ${why}.${chainWords(chain, legs[0]?.leg)}`;
  return left ? `${what} Left out: ${left}.` : what;
}

/** The message or messages that were planned, and what follows them. */
export type Sent = Partial<Pick<OutreachDecided, 'chain' | 'legs'>>;

const sentBy = (first: RankedChannel, { chain, legs }: Sent): string =>
  chain && legs?.length ? legs.map(({ channel }) => channel).join(' and ') : first.channel;

const WANTED = { delivered: 'not delivered', read: 'not read', answered: 'not answered' } as const;

/** Of a fallback chain, from the running step on. */
const stepsFrom = (chain: Chain | undefined, from = 1): Chain['steps'] =>
  chain?.strategy === 'fallback' ? chain.steps.filter(({ step }) => step >= from) : [];
const stepsToCome = (chain: Chain | undefined, from?: number): Chain['steps'] => stepsFrom(chain, from).slice(1);

/** What follows, and when. */
function chainWords(chain: Chain | undefined, from?: number): string {
  const steps = stepsFrom(chain, from);
  if (steps.length < 2) return '';
  const then = steps.slice(1).map(({ channel }, i) => {
    const { until = 'delivered', waitHours = 0 } = steps[i] ?? {};
    return `${words(channel)} when it fails or is ${WANTED[until]} within ${waitHours} h`;
  });
  return ` Then: ${then.join('; then ')}.`;
}

const WHY: Readonly<Record<string, string>> = {
  preference: ', as the person prefers',
  priority: ', by channel priority',
  explored: ', drawn to learn from it',
  booked: ', as booked before',
};

const NAMES = {
  customerType: 'customer type',
  engagement: 'engagement so far',
  device: 'device',
  urgency: 'urgency',
  timeOfDay: 'time of day',
} as const;

/**
 * The two factors that speak most for it: against the runner-up where the score decided between them, else in themselves. Of the only
 * channel none is named: nothing was weighed.
 */
function strengths({ factors, reason }: RankedChannel, runnerUp: RankedChannel | undefined): string {
  if (!factors || !runnerUp) return '';
  const against = reason === 'score' ? runnerUp.factors : undefined;
  const gain = (factor: (typeof SELECTION_FACTORS)[number]): number =>
    factors[factor].contribution - (against?.[factor].contribution ?? 0);
  const [one, two] = [...SELECTION_FACTORS].sort((a, b) => gain(b) - gain(a));
  return one && two ? `, strongest in ${NAMES[one]} and ${NAMES[two]}` : '';
}

/** When, and why then. */
function sendTimeWords(step: StepTrace | undefined): string {
  const { local, zone, at } = step?.facts ?? {};
  const then = local === undefined ? `at ${String(at)}` : `on ${String(local).replace(' ', ' at ')} (${String(zone)})`;
  switch (step?.code) {
    case 'now':
      return 'at once';
    case 'after_quiet_hours':
      return `${then}, when the quiet hours are over`;
    case 'in_window':
      return `${then}, when the next send window opens`;
    case 'preferred_hour':
      return `${then}, an hour this person prefers`;
    case 'campaign_start':
      return `${then}, when the campaign starts`;
    case 'spaced':
      return `${then}, spread with the others`;
    case 'campaign_hour':
      return `${then}, an hour the settings prefer`;
    case 'learned_hour':
      return `${then}, when messages like this engaged best`;
    case 'explored_hour':
      return `${then}, an hour drawn to learn from it`;
    case 'best_practice':
      return `${then}, a good hour for the channel`;
    case 'after_hour_quota':
    case 'after_day_quota':
      return `${then}, when the channel has room again`;
    case 'after_daily_limit':
      return `${then}, when the campaign’s daily limit has room again`;
    case 'as_pinned':
      return 'at the time planned before';
    default:
      return 'at the time asked for';
  }
}

const words = (code: string): string => code.replaceAll('_', ' ');
