import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutboundMessage } from '../channel.provider.js';
import { createContactFormProvider } from './contact-form.provider.js';
import { SiteMemory } from './site.claims.js';

type Handler = (request: IncomingMessage, body: string, response: ServerResponse) => void;

let server: Server;
let host: string;
let posts: { path: string; headers: IncomingMessage['headers']; body: string }[];
let pages: Record<string, Handler>;

beforeEach(async () => {
  posts = [];
  pages = {};
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const path = request.url ?? '';
      if (request.method === 'POST') posts.push({ path, headers: request.headers, body });
      const handler = pages[`${request.method} ${path}`];
      if (handler) handler(request, body, response);
      else response.writeHead(404).end('<p>Not found</p>');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const html =
  (body: string, status = 200, headers: Record<string, string> = {}): Handler =>
  (_request, _body, response) =>
    void response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body);
const leading = (to: string, status = 303): Handler => html('', status, { location: to });

const message: OutboundMessage = {
  deliveryId: '9f0c1d7e-4a3b-5c2d-8e1f-000000000001.1',
  attempt: 1,
  tenantId: 't',
  campaignKey: 'c',
  to: { address: '' },
  from: { address: 'ada@sender.test', name: 'Ada Byron' },
  replyTo: { address: 'r+token@inbound.sender.test' },
  subject: 'Your house',
  text: 'Good day,\nis it for sale?',
};
const provider = (over: object = {}) => createContactFormProvider({ loopbackSites: [host], ...over });
const send = (over: Partial<OutboundMessage> = {}, timeoutMs = 5_000, by = provider()) =>
  by.send(
    { ...message, to: { address: `http://${host}/contact` }, ...over },
    { signal: new AbortController().signal, timeoutMs },
  );

const ENGLISH = `
  <form action="/send" method="post">
    <input type="hidden" name="csrf_token" value="abc&amp;123">
    <label for="n">Your name *</label><input id="n" name="field_1">
    <label>E-mail <input name="field_2" type="text"></label>
    <input name="field_3" placeholder="Subject">
    <textarea name="field_4" required></textarea>
    <div style="position:absolute; left:-5000px"><input name="b_phone" value=""></div>
    <input name="website" value=""><input name="fax">
    <input aria-hidden="true" name="confirm" value="kept">
    <input type="checkbox" name="newsletter" value="1">
    <button name="action" value="send">Send</button><button name="action" value="draft">Draft</button>
  </form>`;
const thanks = html('<h1>Thank you, we received it.</h1>');

describe('a contact form', () => {
  it('is found, filled in as its fields are called, and submitted once with its session', async () => {
    pages['GET /contact'] = html(`<form action="/search"><input name="q"></form>${ENGLISH}`, 200, {
      'set-cookie': 'session=s1; HttpOnly; Path=/',
    });
    pages['POST /send'] = leading('/done');
    pages['GET /done'] = thanks;
    expect(await send()).toEqual({ kind: 'accepted', providerMessageId: expect.stringMatching(/^form-[0-9a-f]{24}$/) });
    expect(posts).toHaveLength(1);
    expect(posts[0]?.headers).toMatchObject({
      cookie: 'session=s1',
      'content-type': 'application/x-www-form-urlencoded',
      referer: `http://${host}/contact`,
    });
    expect([...new URLSearchParams(posts[0]?.body)]).toEqual([
      ['csrf_token', 'abc&123'],
      ['field_1', 'Ada Byron'],
      ['field_2', 'r+token@inbound.sender.test'],
      ['field_3', 'Your house'],
      ['field_4', 'Good day,\r\nis it for sale?'],
      ['b_phone', ''],
      ['website', ''],
      ['fax', ''],
      ['confirm', 'kept'],
      ['action', 'send'],
    ]);
  });

  it.each<[string, string, string[]]>([
    [
      'German',
      '<input name="vorname"><input name="nachname"><input name="mail" type="email"><input name="betreff"><textarea name="nachricht"></textarea>',
      ['vorname', 'nachname', 'mail', 'betreff', 'nachricht'],
    ],
    [
      'French',
      '<input name="prenom"><input name="nom"><input name="courriel"><input name="objet"><textarea name="x"></textarea>',
      ['prenom', 'nom', 'courriel', 'objet', 'x'],
    ],
    [
      'Spanish',
      '<input name="nombre"><input name="apellido"><input name="correo"><input name="asunto"><textarea name="mensaje"></textarea>',
      ['nombre', 'apellido', 'correo', 'asunto', 'mensaje'],
    ],
  ])('is read in %s', async (_language, fields, names) => {
    pages['GET /contact'] = html(`<form method="post">${fields}</form>`);
    pages['POST /contact'] = html('Vielen Dank, merci, gracias');
    expect(await send()).toMatchObject({ kind: 'accepted' });
    const sent = new URLSearchParams(posts[0]?.body);
    expect([...sent.keys()]).toEqual(names);
    expect([...sent.values()].every((value) => value !== '')).toBe(true);
    expect(sent.get(names.at(-1) ?? '')).toContain('is it for sale?');
  });

  it('is submitted as multipart where it asks for that, and no value can end its part', async () => {
    pages['GET /contact'] = html(
      '<form method="post" enctype="multipart/form-data"><input name="your &quot;email" type="email"><textarea name="m"></textarea></form>',
    );
    pages['POST /contact'] = thanks;
    expect(await send({ text: 'one\r\n--x\r\ntwo' })).toMatchObject({ kind: 'accepted' });
    const type = posts[0]?.headers['content-type'] ?? '';
    const form = await new Response(posts[0]?.body, { headers: { 'content-type': type } }).formData();
    expect(form.get('m')).toBe('one\r\n--x\r\ntwo');
    expect(posts[0]?.body).toContain('name="your %22email"');
  });

  const simple = (inside = '', attributes = 'method="post"') =>
    html(`<form ${attributes}><input name="email"><textarea name="message"></textarea>${inside}</form>`);

  it.each<[string, string, string]>([
    ['<div class="g-recaptcha" data-sitekey="k"></div>', 'captcha', 'method="post"'],
    ['<div class="cf-turnstile"></div>', 'captcha', 'method="post"'],
    ['<img src="/captcha.php"><input name="code">', 'captcha', 'method="post"'],
    ['<script src="https://js.hcaptcha.com/1/api.js"></script>', 'captcha', 'method="post"'],
    ['<p>Keine Werbung bitte</p>', 'terms', 'method="post"'],
    ['<input type="checkbox" name="privacy" required>', 'consent_needed', 'method="post"'],
    ['<input name="plot_number" required>', 'field_unknown', 'method="post"'],
    ['', 'form_method', ''],
    ['', 'form_encoding', 'method="post" enctype="text/plain"'],
  ])('with %s asks a person: %s', async (inside, reason, attributes) => {
    pages['GET /contact'] = simple(inside, attributes);
    expect(await send()).toEqual({ kind: 'assisted', reason });
    expect(posts).toHaveLength(0);
  });

  it('that robots are asked to leave alone asks a person', async () => {
    pages['GET /contact'] = simple();
    pages['GET /robots.txt'] = html('User-agent: *\nDisallow: /con*t$\n');
    expect(await send()).toEqual({ kind: 'assisted', reason: 'robots' });
    pages['GET /robots.txt'] = html(
      'User-agent: *\nDisallow: /contact\nAllow: /contact\n\nUser-agent: other\nDisallow: /',
    );
    pages['POST /contact'] = thanks;
    expect(await send()).toMatchObject({ kind: 'accepted' });
  });

  it('is neither a log-in nor a newsletter: a page without one asks a person', async () => {
    pages['GET /contact'] = html(
      '<form method="post"><input name="email"><input type="password" name="p"><textarea name="m"></textarea></form><form method="post"><input name="email"></form>',
    );
    expect(await send()).toEqual({ kind: 'assisted', reason: 'form_not_found' });
  });

  it('asks a person where no address of ours takes answers', async () => {
    pages['GET /contact'] = simple();
    const { replyTo: _none, ...rest } = message;
    const by = provider();
    const other = { ...rest, from: { address: '' }, to: { address: `http://${host}/contact` } };
    const result = await by.send(other, { signal: new AbortController().signal, timeoutMs: 5_000 });
    expect(result).toEqual({ kind: 'assisted', reason: 'sender_missing' });
  });

  it.each<[string, Handler, object]>([
    ['an error of the site', html('oops', 500), { kind: 'unknown', reason: 'http_500' }],
    ['a refusal', html('no', 422), { kind: 'rejected', class: 'permanent', code: 'http_422' }],
    [
      'too many',
      html('', 429, { 'retry-after': '60' }),
      { kind: 'rejected', class: 'throttled', retryAfterSeconds: 60 },
    ],
    ['a page that says nothing', html('<p>Hello</p>'), { kind: 'unknown', reason: 'no_confirmation' }],
    ['silence', () => undefined, { kind: 'unknown' }],
    ['a broken connection', (request) => void request.socket.destroy(), { kind: 'unknown' }],
    [
      'a redirect to somewhere inside',
      leading('http://169.254.169.254/'),
      { kind: 'unknown', reason: 'address_is_a_number' },
    ],
    [
      'a page of faults',
      html(
        '<form method="post" action="/contact"><input name="email"><textarea name="message"></textarea>This field is required</form>',
      ),
      { kind: 'rejected', class: 'permanent', code: 'form_refused' },
    ],
  ])('submitted and answered by %s', async (_what, handler, expected) => {
    pages['GET /contact'] = simple();
    pages['POST /contact'] = handler;
    expect(await send({}, 1_000)).toMatchObject(expected);
    expect(posts).toHaveLength(1);
  });

  it.each<[Handler, object]>([
    [html('', 503), { kind: 'rejected', class: 'retryable', code: 'http_503' }],
    [html('', 410), { kind: 'rejected', class: 'permanent', code: 'http_410' }],
    [html('', 403), { kind: 'assisted', reason: 'site_refuses_machines' }],
    [() => undefined, { kind: 'rejected', class: 'retryable' }],
  ])('%# whose page does not come was surely not written to', async (handler, expected) => {
    pages['GET /contact'] = handler;
    expect(await send({}, 1_000)).toMatchObject(expected);
    expect(posts).toHaveLength(0);
  });

  it('of one site is used once by a campaign, and again by another', async () => {
    pages['GET /contact'] = simple();
    pages['POST /contact'] = thanks;
    const by = provider();
    const to = (over: Partial<OutboundMessage>) => send(over, 5_000, by);
    expect(await to({})).toMatchObject({ kind: 'accepted' });
    expect(await to({ deliveryId: 'another.1' })).toEqual({
      kind: 'rejected',
      class: 'permanent',
      code: 'site_written_to_before',
    });
    expect(await to({ deliveryId: 'another.1', campaignKey: 'd' })).toMatchObject({ kind: 'accepted' });
    expect(posts).toHaveLength(2);
  });

  it('of one site is used once by all who share what was written to', async () => {
    pages['GET /contact'] = simple();
    pages['POST /contact'] = thanks;
    const claims = new SiteMemory();
    expect(await send({}, 5_000, provider({ claims }))).toMatchObject({ kind: 'accepted' });
    const second = await send({ deliveryId: 'another.1' }, 5_000, provider({ claims }));
    expect(second).toMatchObject({ code: 'site_written_to_before' });
    const away = { claim: () => Promise.reject(new Error('away')) };
    const unreadable = await send({ campaignKey: 'e' }, 5_000, provider({ claims: away }));
    expect(unreadable).toEqual({ kind: 'rejected', class: 'retryable', code: 'site_claims_unreadable' });
    expect(await send({ campaignKey: undefined! }, 5_000, provider({ claims }))).toMatchObject({ kind: 'accepted' });
    expect(posts).toHaveLength(2);
  });

  it.each(['http://127.0.0.1:1/', 'http://localhost/', 'ftp://site.com/', 'nonsense'])(
    'at %s is no site, and nobody is called',
    async (address) => {
      expect(await send({ to: { address } })).toMatchObject({ kind: 'rejected', class: 'permanent' });
      expect(posts).toHaveLength(0);
    },
  );
});
