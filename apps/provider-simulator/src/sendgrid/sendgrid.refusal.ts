import type { Exchange } from '../server/exchange.js';
import type { SendgridError } from './mail-send.validation.js';

/** SendGrid's way of saying no. */
export function refuse(exchange: Exchange, status: number, errors: readonly SendgridError[], headers = {}): void {
  exchange.answer(status, JSON.stringify({ errors }), { 'content-type': 'application/json', ...headers });
}
