/** One valid message for Brevo. */
export interface BrevoMessage {
  readonly to: string;
  readonly idempotencyKey: string | null;
  /** `X-Mailin-custom`, as it came: all it hands back. */
  readonly args: Readonly<Record<string, string>>;
  readonly sandbox: boolean;
}

export interface BrevoFault {
  readonly code: 'invalid_parameter' | 'missing_parameter';
  readonly message: string;
}

type Json = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isAddress = (party: unknown): boolean =>
  isRecord(party) && isText(party['email']) && /^[^\s@<>,]{1,64}@[^\s@<>,]+\.[^\s@<>,]+$/.test(party['email']);
const LONGEST_NAME = 70;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Checks `POST /v3/smtp/email` for one recipient; batches (`messageVersions`) are not played. */
export function readEmail(body: unknown): BrevoMessage | BrevoFault {
  if (!isRecord(body)) return invalid('request body is not valid');
  const { sender, to, subject, headers } = body;
  if (!isAddress(sender)) return invalid('valid sender email required');
  if (!Array.isArray(to) || to.length !== 1 || !isAddress(to[0])) return invalid('email is not valid in to');
  const [recipient] = to as [Json];
  if (isText(recipient['name']) && recipient['name'].length > LONGEST_NAME) return invalid('name is too long in to');
  if (!isText(subject)) return { code: 'missing_parameter', message: 'subject is missing' };
  if (!isText(body['htmlContent']) && !isText(body['textContent']))
    return { code: 'missing_parameter', message: 'htmlContent or textContent is missing' };
  const given = isRecord(headers) ? headers : {};
  const key = given['idempotencyKey'];
  if (key !== undefined && !(isText(key) && UUID.test(key))) return invalid('idempotencyKey must be a UUID');
  const custom = given['X-Mailin-custom'];
  return {
    to: String(recipient['email']),
    idempotencyKey: isText(key) ? key : null,
    args: isText(custom) ? { 'X-Mailin-custom': custom } : {},
    sandbox: given['X-Sib-Sandbox'] === 'drop',
  };
}

const invalid = (message: string): BrevoFault => ({ code: 'invalid_parameter', message });

/** Our ids in what comes back, where there are any. */
export function idsIn(args: BrevoMessage['args']): {
  readonly deliveryId: string | null;
  readonly attempt: number | null;
} {
  try {
    const custom = JSON.parse(args['X-Mailin-custom'] ?? '') as Json;
    const attempt = Number(custom['op_attempt']);
    const deliveryId = custom['op_delivery_id'];
    return { deliveryId: isText(deliveryId) ? deliveryId : null, attempt: attempt > 0 ? attempt : null };
  } catch {
    return { deliveryId: null, attempt: null };
  }
}
