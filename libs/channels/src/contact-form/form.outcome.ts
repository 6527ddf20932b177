import type { SendResult } from '../channel.provider.js';
import { judgeNetworkFailure } from '../network-failure.policy.js';
import { retryAfterSeconds } from '../retry-after.policy.js';
import type { PageForm } from './form.reader.js';
import { readPage } from './form.reader.js';
import type { SiteAnswer } from './site.caller.js';

const DONE =
  /thank|received|has been sent|was sent|success|danke|vielen dank|gesendet|erhalten|merci|envoy[eé]|re[cç]u|gracias|enviad[oa]|grazie|inviat[oa]|obrigad[oa]|bedankt|verzonden|dzi[eę]kuj|wys[lł]an/i;
const FAULTY =
  /(is|are) (required|invalid)|required field|please (enter|fill|correct)|not valid|could not be sent|failed to send|bitte (geben|f[uü]llen)|ung[uü]ltig|pflichtfeld|obligatoire|invalide|obligatori|no es v[aá]lid|inv[aá]lid|verplicht|wymagan/i;

/** Nothing was submitted yet, so every end is certain. */
export function judgeVisit(answer: SiteAnswer, now: number): SendResult {
  if (answer.kind === 'refused') return { kind: 'rejected', class: 'permanent', code: answer.code };
  if (answer.kind === 'broken') return judgeNetworkFailure(answer.errorCode, false);
  const { status } = answer;
  const code = `http_${status}`;
  if (status === 429) return throttled(code, answer.headers, now);
  if (status >= 500 || status === 408) return { kind: 'rejected', class: 'retryable', code };
  // It is there and turns machines away: a person may still be let in.
  if (status === 401 || status === 403) return { kind: 'assisted', reason: 'site_refuses_machines' };
  return { kind: 'rejected', class: 'permanent', code };
}

/**
 * What became of what was submitted. Taken where the site says so or leads on to another page; never `delivered`. A time-out, a broken
 * connection, a 5xx and a page that says nothing leave it unknown.
 */
export function judgeSubmission(
  answer: SiteAnswer,
  form: PageForm,
  { id, now }: { id: string; now: number },
): SendResult {
  const accepted: SendResult = { kind: 'accepted', providerMessageId: id };
  if (answer.kind === 'refused')
    return answer.sent
      ? { kind: 'unknown', reason: answer.code }
      : { kind: 'rejected', class: 'permanent', code: answer.code };
  if (answer.kind === 'broken') return judgeNetworkFailure(answer.errorCode, answer.mayHaveReached);
  const { status, redirects, body, url } = answer;
  const code = `http_${status}`;
  if (redirects > 0 && status >= 400) return { kind: 'unknown', reason: code };
  if (status === 429) return throttled(code, answer.headers, now);
  if (status >= 400 && status < 500) return { kind: 'rejected', class: 'permanent', code };
  if (status < 200 || status >= 300) return { kind: 'unknown', reason: code };
  const page = readPage(body, url);
  const text = page.forms.length === 0 && page.text === '' ? body.slice(0, 5_000) : page.text;
  const again = page.forms.some(({ action, fields }) => action === form.action && fields.length >= form.fields.length);
  if (again && FAULTY.test(text)) return { kind: 'rejected', class: 'permanent', code: 'form_refused' };
  if (DONE.test(text) || (redirects > 0 && !again)) return accepted;
  return FAULTY.test(text)
    ? { kind: 'rejected', class: 'permanent', code: 'form_refused' }
    : { kind: 'unknown', reason: 'no_confirmation' };
}

function throttled(code: string, headers: object, now: number): SendResult {
  const wait = retryAfterSeconds({ ...headers }, now);
  return { kind: 'rejected', class: 'throttled', code, ...(wait === undefined ? {} : { retryAfterSeconds: wait }) };
}
