// A provider that honours our key, for the suite and for whoever tests a re-send: plain HTTP, the key in a header.
import http from 'node:http';
import type { ChannelProvider, OutboundMessage, SendOptions, SendResult } from './channel.provider.js';

export const KEY_VALID_SECONDS = 1_800;

export function createKeyedProvider(baseUrl: string): ChannelProvider {
  return {
    key: 'keyed',
    channel: 'sms',
    capabilities: { idempotencyKey: { validSeconds: KEY_VALID_SECONDS }, lookUp: false, batch: false, webhooks: false },
    send: (message, options) =>
      options.signal.aborted
        ? Promise.resolve({ kind: 'rejected', class: 'retryable', code: 'aborted_before_call' })
        : call(baseUrl, message, options),
    close: () => undefined,
  };
}

function call(baseUrl: string, message: OutboundMessage, { signal, timeoutMs }: SendOptions): Promise<SendResult> {
  const { deliveryId, attempt, tenantId, to, text } = message;
  return new Promise((resolve) => {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const headers = { 'content-type': 'application/json', 'idempotency-key': `${deliveryId}:${attempt}` };
    const request = http.request(`${baseUrl}/send`, { method: 'POST', headers, signal: deadline, agent: false });
    let reached = false;
    request.once('finish', () => (reached = true));
    request.once('error', () =>
      resolve(
        reached
          ? { kind: 'unknown', reason: 'network_error' }
          : { kind: 'rejected', class: 'retryable', code: 'connect_refused' },
      ),
    );
    request.once('response', (response) => {
      response.resume();
      resolve(judge(response.statusCode ?? 0, response.headers));
    });
    request.end(JSON.stringify({ deliveryId, attempt, tenantId, to: to.address, text }));
  });
}

function judge(status: number, headers: http.IncomingHttpHeaders): SendResult {
  const code = `http_${status}`;
  switch (status) {
    case 202:
      return { kind: 'accepted', providerMessageId: String(headers['x-message-id']) };
    case 401:
      return { kind: 'rejected', class: 'auth', code };
    case 429:
      return { kind: 'rejected', class: 'throttled', code, retryAfterSeconds: Number(headers['retry-after']) };
    case 503:
      return { kind: 'rejected', class: 'retryable', code };
    default:
      return status < 500 ? { kind: 'rejected', class: 'permanent', code } : { kind: 'unknown', reason: code };
  }
}
