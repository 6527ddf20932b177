import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@homing/service-kit';
import { asJson, authorized, fakeParts, startApi } from './api.fixture.js';

const consoleDirectory = mkdtempSync(join(tmpdir(), 'homing-console-'));
const askedFor: string[] = [];
const fakes = fakeParts();
const { registry } = fakes.parts;
Object.assign(registry, {
  findCampaign: async ({ campaignId }: { campaignId: string }) => void askedFor.push(campaignId),
});
let service: RunningService;
let at: (path: string) => string;

beforeAll(async () => {
  mkdirSync(join(consoleDirectory, 'assets'));
  writeFileSync(join(consoleDirectory, 'index.html'), '<!doctype html><title>console</title>');
  writeFileSync(join(consoleDirectory, 'assets', 'a-1.js'), 'export {};');
  service = await startApi(fakes, consoleDirectory);
  at = (path) => service.url + path;
});
afterAll(async () => {
  await service.stop();
  rmSync(consoleDirectory, { recursive: true, force: true });
});

const send = (init: RequestInit) => fetch(at('/api/v1/outreach/send'), { method: 'POST', headers: asJson, ...init });

describe('errors of the framework leave as problem details', () => {
  const rows: [string, () => Promise<Response>, number, string][] = [
    ['malformed JSON', () => send({ body: '{"recipient":' }), 400, 'malformed_json'],
    ['an empty body', () => send({ body: '' }), 400, 'malformed_json'],
    ['a poisoned prototype', () => send({ body: '{"__proto__":{"a":1}}' }), 400, 'malformed_json'],
    ['an oversized body', () => send({ body: JSON.stringify({ a: 'x'.repeat(256 * 1024) }) }), 413, 'body_too_large'],
    [
      'plain text',
      () => send({ headers: authorized({ 'content-type': 'text/plain' }), body: '{}' }),
      415,
      'unsupported_media_type',
    ],
    [
      'a form',
      () => send({ headers: authorized({ 'content-type': 'application/x-www-form-urlencoded' }), body: 'a=1' }),
      415,
      'unsupported_media_type',
    ],
    ['no content type', () => send({ headers: authorized(), body: Buffer.from('{}') }), 415, 'unsupported_media_type'],
    ['an unknown route', () => fetch(at('/api/v1/nowhere'), { headers: authorized() }), 404, 'not_found'],
    ['an unknown route without a key', () => fetch(at('/api/v1/nowhere')), 404, 'not_found'],
    ['a route outside the API', () => fetch(at('/etc/passwd')), 404, 'not_found'],
    [
      'another method',
      () => fetch(at('/api/v1/outreach/send'), { method: 'DELETE', headers: authorized() }),
      404,
      'not_found',
    ],
    ['a broken path', () => raw('/api/v1/outreach/%zz'), 400, 'malformed_request'],
    ['an endless part of a path', () => fetch(at(`/api/v1/outreach/${'a'.repeat(201)}`)), 400, 'malformed_request'],
    ['an id that is none', () => fetch(at('/api/v1/outreach/send'), { headers: authorized() }), 404, 'not_found'],
    ['no key', () => fetch(at('/api/v1/outreach')), 401, 'unauthenticated'],
    [
      'a wrong key',
      () => fetch(at('/api/v1/outreach'), { headers: { authorization: 'Bearer nobody' } }),
      401,
      'unauthenticated',
    ],
    ['a key elsewhere', () => fetch(at('/api/v1/outreach?key=key-of-tenant-one')), 401, 'unauthenticated'],
    [
      'a stranger with malformed JSON',
      () => send({ headers: { 'content-type': 'application/json' }, body: '{' }),
      401,
      'unauthenticated',
    ],
  ];

  it.each(rows)('%s', async (_name, ask, status, code) => {
    const answer = await ask();
    const body = (await answer.json()) as Record<string, unknown>;
    expect([answer.status, body['type']]).toEqual([status, `urn:homing:problem:${code}`]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ status, title: expect.any(String), instance: expect.stringMatching(/^urn:uuid:/) });
  });

  it('says who may come in with what', async () => {
    expect((await fetch(at('/api/v1/outreach'))).headers.get('www-authenticate')).toBe('Bearer');
  });

  /** fetch would mend the path. */
  const raw = (path: string): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(service.url);
      const ask = request({ hostname, port, path, headers: authorized() }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const headers = { 'content-type': answer.headers['content-type'] ?? '' };
          resolve(new Response(Buffer.concat(chunks), { status: answer.statusCode ?? 0, headers }));
        });
      });
      ask.on('error', reject);
      ask.end();
    });
});

describe('what every answer carries', () => {
  it('protects whoever shows it, and is not stored', async () => {
    const { headers } = await fetch(at('/api/v1/outreach'), { headers: authorized() });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).not.toContain('unsafe-inline');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is not stored either when the path is written otherwise', async () => {
    for (const path of ['/%61pi/v1/outreach', '/api/%76%31/outreach', '/api/v1/outreach', '/api/v1/nowhere']) {
      const answer = await fetch(at(path), { headers: authorized() });
      expect([path, answer.headers.get('cache-control')]).toEqual([path, 'no-store']);
    }
  });

  it('says of a campaign with the longest id what there is to say', async () => {
    for (const [id, asked] of [
      ['c'.repeat(200), true],
      ['é'.repeat(200), true],
      ['😀'.repeat(200), true],
      ['c'.repeat(201), false],
    ] as const) {
      askedFor.length = 0;
      await fetch(at(`/api/v1/outreach/campaigns/${encodeURIComponent(id)}/status`), { headers: authorized() });
      expect([id.length, askedFor]).toEqual([id.length, asked ? [id] : []]);
    }
  });

  it('logs the route, not the path, the query or the body', async () => {
    fakes.lines.length = 0;
    await fetch(at('/api/v1/outreach?recipientId=canary-in-query'), { headers: authorized() });
    await send({ body: JSON.stringify({ recipient: { id: 'canary-in-body' } }) });
    expect(fakes.lines.join('\n')).toContain('/api/v1/outreach/send');
    expect(fakes.lines.join('\n')).not.toContain('canary');
  });
});

describe('the console', () => {
  it('is served with its own names, and nothing else is', async () => {
    const page = await fetch(at('/console/'));
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<title>console</title>')]);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect((await fetch(at('/console'), { redirect: 'manual' })).headers.get('location')).toBe('/console/');
    expect(await (await fetch(at('/console/some/view'))).text()).toContain('<title>console</title>');
    const asset = await fetch(at('/console/assets/a-1.js'));
    expect([asset.status, asset.headers.get('cache-control')]).toEqual([200, expect.stringContaining('immutable')]);
    expect(await (await fetch(at('/console/assets/gone.js'))).json()).toMatchObject({
      status: 404,
      type: 'urn:homing:problem:not_found',
    });
    expect((await fetch(at('/console/%2e%2e/%2e%2e/etc/passwd'))).status).not.toBe(200);
  });
});

describe('the rate limit', () => {
  it('is per key and says when to come back', async () => {
    const settings = { ...fakes.parts.settings, rateLimit: { perSecond: 1, burst: 2 } };
    const limited = await startApi(fakeParts({ settings }));
    try {
      const ask = () => fetch(`${limited.url}/api/v1/outreach`, { headers: authorized() });
      expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
      const refused = await ask();
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
      expect(await refused.json()).toMatchObject({ type: 'urn:homing:problem:too_many_requests' });
    } finally {
      await limited.stop();
    }
  });
});
