import type { AnsweredStep, Chain, DecisionAnswer, OutreachEvent, PlannedLeg, StepPassedOver } from '@homing/contracts';
import { decisionSentence, refusalSentence } from './explanation.sentence.js';

/**
 * What is answered to whoever asked, from the events that stand in the outreach's stream: a repeat of the request gets the
 * first answer, because it is read from the same events.
 */
export function decisionAnswer(outreachId: string, events: readonly OutreachEvent[]): DecisionAnswer {
  const accepted: DecisionAnswer = {
    outreachId,
    status: 'accepted',
    fallbackChain: [],
    explanation: 'Accepted; the decision is on its way.',
  };
  const decided = events.find(({ type }) => type === 'OutreachDecided');
  const decidedAt = decided?.type === 'OutreachDecided' ? decided.data.explanation.decidedAt : undefined;
  return events.reduce((answer, event) => {
    switch (event.type) {
      case 'OutreachRefused': {
        const { step, reason, steps } = event.data;
        const duplicateOf = steps.at(-1)?.facts?.['duplicateOf'];
        return {
          ...answer,
          status: step === 'dedup' ? 'duplicate' : 'refused',
          explanation: refusalSentence(event.data),
          refusal: { step, reason },
          ...(typeof duplicateOf === 'string' ? { duplicateOf } : {}),
        };
      }
      case 'OutreachDecided': {
        const { fallbackChain, chain, cost, confidence, explanation, legs } = event.data;
        const first = legs[0];
        const chosen = first ? { channel: first.channel, sendAt: first.sendAt } : {};
        return {
          ...answer,
          ...chosen,
          status: 'scheduled',
          fallbackChain,
          ...(chain ? { chain: answeredChain(chain, legs) } : {}),
          cost,
          confidence,
          explanation: decisionSentence(explanation, { ...(chain ? { chain } : {}), legs }),
        };
      }
      case 'StepPassedOver':
        // Only what the decision itself passed over: the first answer stands.
        return event.data.step && event.data.at === decidedAt
          ? { ...answer, ...passedOverIn(answer, event.data) }
          : answer;
      case 'CancellationRequested':
        // After a decision the first answer stands; without one there never will be any.
        return answer.status === 'accepted' ? { ...answer, ...CANCELLED_BEFORE } : answer;
      case 'AttemptAccepted':
        return { ...answer, messageId: event.data.providerMessageId };
      default:
        return answer;
    }
  }, accepted);
}

const answeredChain = ({ steps }: Chain, legs: readonly PlannedLeg[]): AnsweredStep[] =>
  steps.map(({ step, channel, template, waitHours, until, because: reason }) => ({
    ...{ step, channel, waitHours, until, reason },
    ...(template === undefined ? {} : { template }),
    state: legs.some(({ leg }) => leg === step) ? 'planned' : 'in_reserve',
  }));

const passedOverIn = (
  { chain = [] }: DecisionAnswer,
  { leg, reason }: StepPassedOver,
): Pick<DecisionAnswer, 'chain'> => ({
  chain: chain.map((each) => (each.step === leg ? { ...each, state: 'passed_over', reason } : each)),
});

const CANCELLED_BEFORE = {
  status: 'refused',
  explanation: refusalSentence({ step: 'intake', reason: 'cancelled' }),
  refusal: { step: 'intake', reason: 'cancelled' },
} as const;
