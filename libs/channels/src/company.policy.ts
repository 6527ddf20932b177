import type { OutboundMessage } from './channel.provider.js';

/**
 * What messages must have in common to share a call (`sendMany`): who sends them, whose domain
 * answers go to (the mailbox there may be each one's own), whether they are only validated,
 * and which parts they are made of. Messages with the same word here are of one company.
 */
export const companyOf = (message: OutboundMessage): string => {
  const { from, replyTo, sandbox, html, text, headers, template } = message;
  const shape = [html, text, template, headers?.['List-Unsubscribe']].map(Boolean);
  return JSON.stringify([
    from.address,
    from.name,
    domainOf(replyTo?.address),
    replyTo?.name,
    sandbox === true,
    ...shape,
  ]);
};

const domainOf = (address: string | undefined): string | undefined => address?.slice(address.lastIndexOf('@') + 1);
