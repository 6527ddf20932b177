import { refusalReasonOf, type OutreachState } from '@homing/domain';
import type { ContactWord } from './contact.keeper.js';

/**
 * What an outreach's refused calls say of the addresses: a provider that keeps an address on its own list would refuse it for ever, and with
 * every other provider the person would be written to against what they said. The same word however often it is asked for.
 */
export function refusedAddressesOf(state: OutreachState, now: string): ContactWord[] {
  if (state.status === 'none' || state.status === 'refused') return [];
  const { tenantId } = state.request;
  return state.deliveries.flatMap(({ deliveryId, channel, plan, attempts }) =>
    attempts.flatMap(({ attempt, answer }): ContactWord[] => {
      const reason = answer?.kind === 'rejected' ? refusalReasonOf(answer) : undefined;
      if (!answer || !reason) return [];
      const { fingerprint, mask } = plan.contact;
      const causationId = `${deliveryId}.${attempt}`;
      const of = { tenantId, fingerprint, mask, channel, causationId, at: answer.at, now };
      return [{ command: { ...of, kind: 'suppress', reason }, commandId: `refused:${causationId}` }];
    }),
  );
}
