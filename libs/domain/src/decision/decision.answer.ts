import type { DecisionAnswer, OutreachEvent } from '@homing/contracts';
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
        const { fallbackChain, cost, confidence, explanation, legs } = event.data;
        const first = legs[0];
        const chosen = first ? { channel: first.channel, sendAt: first.sendAt } : {};
        return {
          ...answer,
          ...chosen,
          status: 'scheduled',
          fallbackChain,
          cost,
          confidence,
          explanation: decisionSentence(explanation),
        };
      }
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

const CANCELLED_BEFORE = {
  status: 'refused',
  explanation: refusalSentence({ step: 'intake', reason: 'cancelled' }),
  refusal: { step: 'intake', reason: 'cancelled' },
} as const;
