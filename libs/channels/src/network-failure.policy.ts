import type { SendResult } from './channel.provider.js';

const NETWORK_CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect_refused',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  ENOTFOUND: 'name_not_found',
  EAI_AGAIN: 'name_not_found',
  ETIMEDOUT: 'timed_out',
  ECONNABORTED: 'timed_out',
  ERR_CANCELED: 'deadline',
  ABORT_ERR: 'deadline',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
};

/** A call without an answer: `retryable` only where no byte of it can have left. `errorCode` is Node's or the client library's. */
export function judgeNetworkFailure(errorCode: string | undefined, mayHaveReached: boolean): SendResult {
  const code = NETWORK_CODES[errorCode ?? ''] ?? 'network_error';
  return mayHaveReached ? { kind: 'unknown', reason: code } : { kind: 'rejected', class: 'retryable', code };
}
