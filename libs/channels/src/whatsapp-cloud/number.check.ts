import { digestOf } from '../webhook.element.js';

/**
 * Recognises the number that one delivery was sent to, without saying it: 8 hex digits, another for each delivery. It goes to Meta, which
 * has the number, and comes back with its statuses; a number that Meta writes otherwise has another.
 */
export const numberCheck = (deliveryId: string, number: string): string =>
  digestOf(`${deliveryId}|${number.replace(/\D/g, '')}`).slice(0, 8);
