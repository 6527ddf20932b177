/** Node's and Postgres' words for "not reachable now" (SQLSTATE classes 08, 53, 57P). */
const OUTAGE_CODE =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|08\w{3}|53\w{3}|57P\w{2}|57014)$/;
/** pg gives these no code. */
const OUTAGE_TEXT = /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout)/;
const deepest = 4;

/** True when a store could not be reached or gave up: another try may succeed. False for faults of ours. */
export function isOutage(thrown: unknown, depth = 0): boolean {
  if (typeof thrown !== 'object' || thrown === null || depth > deepest) return false;
  const { code, message, cause, errors } = thrown as Partial<Record<string, unknown>>;
  if (typeof code === 'string' && OUTAGE_CODE.test(code)) return true;
  if (typeof message === 'string' && OUTAGE_TEXT.test(message)) return true;
  const inner = [cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  return inner.some((each) => isOutage(each, depth + 1));
}
