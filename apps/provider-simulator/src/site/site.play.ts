import { digestOf } from '../behaviour/chance.policy.js';
import { throttleHeaders } from '../behaviour/verdict.policy.js';
import type { PlayParts, ProviderPlay } from '../provider.play.js';
import type { Exchange, ProviderRoutes } from '../server/exchange.js';
import { admitted, concluded } from '../server/verdict.answer.js';
import { errorPage, formPage, SITE_PAGES, thanksPage, type SitePage } from './site.pages.js';

const PATH = /^\/site\/([a-z]+)(?:\/[\w-]{1,100})?$/;
const THANKS = '/site-thanks';
const LARGEST = 1024 * 1024;

/**
 * A small website: `/site/<page>`, optionally with `/<anything>` behind it, so that each test has a site of its own. What its owner gets
 * stands in the ledger with the page's address. A filled trap is thanked for and thrown away, as sites do.
 */
export const sitePlay: ProviderPlay = {
  provider: 'contact_form',
  routes: (parts) => new SiteRoutes(parts),
};

class SiteRoutes implements ProviderRoutes {
  readonly provider = 'contact_form';
  #visits = 0;

  constructor(private readonly parts: PlayParts) {}

  handles(path: string): boolean {
    return path.startsWith('/site/') || path === THANKS;
  }

  async handle(exchange: Exchange): Promise<void> {
    if (exchange.path === THANKS) return page(exchange, 200, thanksPage());
    const kind = SITE_PAGES.find((each) => each === PATH.exec(exchange.path)?.[1]);
    if (kind === undefined) return page(exchange, 404, errorPage(404));
    if (exchange.method === 'POST') return this.#submit(exchange, kind);
    const token = digestOf(this.parts.board.seed, 'visit', ++this.#visits).toString('hex');
    const cookie: Record<string, string> =
      kind === 'csrf' ? { 'set-cookie': `visit=${token}; Path=/; HttpOnly; SameSite=Lax` } : {};
    page(exchange, 200, formPage({ page: kind, path: exchange.path, token: tokenOf(token) }), cookie);
  }

  async #submit(exchange: Exchange, kind: SitePage): Promise<void> {
    const { board, now, ledger } = this.parts;
    const form = await formOf(exchange);
    const said = { board, now, provider: this.provider, key: exchange.path };
    const admission = await admitted(exchange, said, {
      error: (status) => page(exchange, status, errorPage(status)),
      throttled: () => page(exchange, 429, errorPage(429), throttleHeaders(board.of(this.provider).throttle, now())),
    });
    if (!admission) return;
    const no = refusalOf(kind, form, exchange);
    if (no !== undefined) return page(exchange, no.status, no.body);
    if ((form?.get('website') ?? '') === '') {
      const to = `http://${exchange.headers.host ?? 'simulator'}${exchange.path}`;
      const named = { deliveryId: null, attempt: null, idempotencyKey: null, args: { page: kind } };
      const line = { provider: this.provider, channel: 'contact_form', to, ...named };
      await ledger.accept([line], (n) => `submission-${n}`);
    }
    await concluded(exchange, admission, () =>
      kind === 'csrf' ? page(exchange, 303, '', { location: THANKS }) : page(exchange, 200, thanksPage()),
    );
  }
}

/** The hidden field's value follows from the visit's cookie. */
const tokenOf = (cookie: string): string => digestOf(cookie, 'form').toString('hex');

function refusalOf(
  kind: SitePage,
  form: FormData | undefined,
  { headers, path }: Exchange,
): { readonly status: number; readonly body: string } | undefined {
  const error = (status: number) => ({ status, body: errorPage(status) });
  const again = (fault: string) => ({ status: 200, body: formPage({ page: kind, path, token: '', fault }) });
  const isMultipart = headers['content-type']?.startsWith('multipart/form-data') ?? false;
  if (form === undefined || isMultipart !== (kind === 'multipart')) return error(415);
  if (kind === 'failing') return error(500);
  if (kind === 'captcha') return again('Please fill in the captcha.');
  if (kind === 'strict') return again('Please enter your phone number.');
  if (['name', 'email', 'message'].some((name) => (form.get(name) ?? '') === ''))
    return again('This is a required field.');
  if (kind !== 'csrf') return undefined;
  const cookie = /(?:^|;\s*)visit=(\w+)/.exec(headers.cookie ?? '')?.[1];
  return cookie !== undefined && form.get('_token') === tokenOf(cookie) ? undefined : error(403);
}

/** Undefined: no form a browser sends. */
async function formOf(exchange: Exchange): Promise<FormData | undefined> {
  const body = await exchange.body(LARGEST);
  const type = exchange.headers['content-type'];
  if (body === undefined || type === undefined) return undefined;
  return new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData().catch(() => undefined);
}

function page(exchange: Exchange, status: number, body: string, headers: Record<string, string> = {}): void {
  exchange.answer(status, body, { 'content-type': 'text/html; charset=utf-8', ...headers });
}
