import type { TransactionalEmailsClient } from '@getbrevo/brevo/transactionalEmails';
import type { HttpCaller, HttpEnd } from '../http.caller.js';

/** What all calls of one provider have in common. */
export interface BrevoAccount {
  readonly apiKey: string;
  /** Without `/v3`. */
  readonly baseUrl: string;
  readonly caller: HttpCaller;
}

export type BrevoMail = NonNullable<Parameters<TransactionalEmailsClient['sendTransacEmail']>[0]>;

/** Our own deadline ends the call; the SDK's only has to be later. */
const NEVER_SECONDS = 24 * 3_600;

/**
 * `POST /v3/smtp/email` through the official client, over a transport of ours. The SDK's own cannot tell whether bytes left, uses
 * the process-wide connections of `fetch`, follows redirects with key and mail in hand, and takes 3xx and a success without JSON for an
 * acceptance; by default it also sends up to three times. So the answer is judged by what came over the wire, never by what the SDK
 * made of it. Undefined: the SDK would not make the call; nothing left.
 */
export async function postEmail(
  { apiKey, baseUrl, caller }: BrevoAccount,
  mail: BrevoMail,
  signal: AbortSignal,
): Promise<HttpEnd | undefined> {
  const ends: HttpEnd[] = [];
  const transport = async (input: unknown, init: RequestInit = {}): Promise<Response> => {
    const headers = Object.fromEntries(new Headers(init.headers as Record<string, string>));
    const body = typeof init.body === 'string' ? init.body : '';
    const end = await caller.call({ method: 'POST', url: String(input), headers, body, signal });
    ends.push(end);
    return new Response('{}', { headers: { 'content-type': 'application/json' } });
  };
  // Loaded by the first mail: a process that sends none through it is spared the memory.
  const { TransactionalEmailsClient: Client } = await import('@getbrevo/brevo/transactionalEmails');
  const client = new Client({
    apiKey,
    baseUrl: `${baseUrl}/v3`,
    maxRetries: 0,
    timeoutInSeconds: NEVER_SECONDS,
    fetch: transport as typeof fetch,
  });
  await client.sendTransacEmail(mail).catch(() => undefined);
  return ends[0];
}
