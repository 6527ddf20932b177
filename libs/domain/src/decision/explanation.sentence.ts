import type { Explanation, OutreachRefused } from '@homing/contracts';

/** The refusal as a person would say it. */
export function refusalSentence(refusal: Pick<OutreachRefused, 'step' | 'reason'>): string {
  return `Not contacted: the ${words(refusal.step)} step refused (${words(refusal.reason)}).`;
}

/** The decision as a person would say it, rendered from the recorded factors. */
export function decisionSentence(explanation: Explanation): string {
  const [first, ...others] = explanation.ranked;
  if (!first) return 'No channel was chosen.';
  const when =
    explanation.steps.find((step) => step.step === 'send_time')?.code === 'now' ? 'at once' : 'at the time asked for';
  const among = others.length === 0 ? 'the only channel that can be used' : `ranked first of ${others.length + 1}`;
  const left = explanation.excluded.map((e) => `${words(e.channel)}: ${words(e.reason)}`).join('; ');
  return `Sending by ${words(first.channel)} ${when}: ${among}.${left ? ` Left out: ${left}.` : ''}`;
}

const words = (code: string): string => code.replaceAll('_', ' ');
