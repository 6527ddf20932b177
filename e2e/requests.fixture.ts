import { randomUUID } from 'node:crypto';

/** A request body for one address, literal and by email unless told otherwise. */
export function emailRequest(address: string, over: Record<string, unknown> = {}) {
  return {
    recipient: { id: `id-of-${address}`, name: 'Robin', contacts: { email: address } },
    content: { literal: { email: { subject: 'A word', text: 'Hello.' } } },
    ...over,
  };
}

/** An address nobody used before, for one persona of the simulator. */
export const someone = (persona = 'delivers'): string => `r-${randomUUID().slice(0, 13)}+${persona}@sandbox.test`;
