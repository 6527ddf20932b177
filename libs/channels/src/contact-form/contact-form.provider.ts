import { createHash } from 'node:crypto';
import { withDeadline } from '../call.deadline.js';
import type { ChannelProvider, OutboundMessage, SendResult } from '../channel.provider.js';
import { formBody } from './form.body.js';
import { fillForm } from './form.filler.js';
import { judgeSubmission, judgeVisit } from './form.outcome.js';
import { readPage } from './form.reader.js';
import type { Resolve } from './pinned.address.js';
import { robotsForbid } from './robots.policy.js';
import { loopbackSites, type SitePolicy } from './site-address.policy.js';
import { SiteCaller } from './site.caller.js';
import { SiteMemory, siteOf, type SiteClaims } from './site.claims.js';

export interface ContactFormConfig {
  /** As it calls itself to sites; the word before the slash is looked for in `robots.txt`. Default `Homing/1.0`. */
  readonly userAgent?: string;
  /** Sites of this machine (`127.0.0.1:<port>`), for tests and the sandbox alone. Default none. */
  readonly loopbackSites?: readonly string[];
  /** Default: the system's. */
  readonly resolve?: Resolve;
  /** Milliseconds since the epoch; reads throttling headers only. Default the system clock. */
  readonly now?: () => number;
  /** Who of a campaign has written to a site. Default: what this process remembers. */
  readonly claims?: SiteClaims;
}

/**
 * Writes through the contact form of a site: visits the page named as the address, finds its form, fills it in and submits it once.
 * Whatever asks for a person (a captcha, a consent, terms against machines, a field nobody knows) is `assisted`. That a site took it is
 * the last word there is. Everything before the submission is surely not sent; a doubtful end of the submission is `unknown`.
 *
 * @throws TypeError, to whoever configures: sites of this machine where they are not allowed
 */
export function createContactFormProvider(config: ContactFormConfig = {}): ChannelProvider {
  const policy: SitePolicy = { loopback: loopbackSites(config.loopbackSites ?? []) };
  const userAgent = config.userAgent ?? 'Homing/1.0';
  const { resolve, now = Date.now } = config;
  const written = config.claims ?? new SiteMemory();
  return {
    key: 'contact_form',
    channel: 'contact_form',
    capabilities: { idempotencyKey: false, lookUp: false, batch: false, webhooks: false },
    send: (message, options) => {
      if (!message.text.trim()) return Promise.resolve(permanent('text_missing'));
      if (message.sandbox) return Promise.resolve(permanent('sandbox_not_offered'));
      if (options.signal.aborted)
        return Promise.resolve({ kind: 'rejected', class: 'retryable', code: 'aborted_before_call' });
      const caller = new SiteCaller({ policy, userAgent, ...(resolve ? { resolve } : {}) });
      const visit = { caller, message, written, userAgent, now };
      return withDeadline(options, (signal) => writeThrough({ ...visit, signal })).finally(() => caller.close());
    },
    close: () => undefined,
  };
}

interface Visit {
  readonly caller: SiteCaller;
  readonly message: OutboundMessage;
  readonly written: SiteClaims;
  readonly userAgent: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

async function writeThrough({ caller, message, written, userAgent, now, signal }: Visit): Promise<SendResult> {
  const seen = await caller.call({ method: 'GET', url: message.to.address, signal });
  if (seen.kind !== 'answered' || seen.status !== 200) return judgeVisit(seen, now());
  const { origin, pathname } = new URL(seen.url);
  const robots = await caller.call({ method: 'GET', url: `${origin}/robots.txt`, signal });
  const agent = userAgent.split('/')[0] ?? userAgent;
  if (robots.kind === 'answered' && robots.status === 200 && robotsForbid(robots.body, { agent, path: pathname }))
    return { kind: 'assisted', reason: 'robots' };
  const filled = fillForm(readPage(seen.body, seen.url), message);
  if (filled.kind === 'assist') return { kind: 'assisted', reason: filled.code };
  const { form, entries } = filled;
  const mayWrite = await mayWriteTo(written, message, form.action);
  if (mayWrite === undefined) return { kind: 'rejected', class: 'retryable', code: 'site_claims_unreadable' };
  if (!mayWrite) return permanent('site_written_to_before');
  if (signal.aborted) return { kind: 'rejected', class: 'retryable', code: 'deadline' };
  const body = formBody(form.encoding, entries);
  const answer = await caller.call({ method: 'POST', url: form.action, ...body, referer: seen.url, signal });
  return judgeSubmission(answer, form, { id: idOf(message), now: now() });
}

/** Without a campaign nothing is held against anything; undefined where it cannot be found out. */
async function mayWriteTo(written: SiteClaims, message: OutboundMessage, action: string): Promise<boolean | undefined> {
  const { tenantId, campaignKey, deliveryId } = message;
  if (campaignKey === undefined) return true;
  return written.claim({ tenantId, campaignKey, deliveryId, site: siteOf(action) }).catch(() => undefined);
}

/** A site gives no id: ours, in a form that names nobody. */
const idOf = ({ deliveryId, attempt }: OutboundMessage): string =>
  `form-${createHash('sha256').update(`${deliveryId}:${attempt}`).digest('hex').slice(0, 24)}`;

const permanent = (code: string): SendResult => ({ kind: 'rejected', class: 'permanent', code });
