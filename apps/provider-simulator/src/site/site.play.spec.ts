// The site and LinkedIn as they are played, called by the product's own providers.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createContactFormProvider, createLinkedInProvider, type ChannelProvider } from '@homing/channels';
import { startSimulator, type RunningSimulator } from '../simulator.js';
import { ledgerOf, temporaryHome } from '../simulator.fixture.js';
import type { SitePage } from './site.pages.js';

let home: ReturnType<typeof temporaryHome>;
let simulator: RunningSimulator;
beforeEach(async () => {
  home = temporaryHome();
  simulator = await startSimulator({ home: home.home, seed: 's', secrets: { LINKEDIN_ACCESS_TOKEN: 'partner' } });
});
afterEach(async () => {
  await simulator.stop();
  home.remove();
});

const send = (provider: ChannelProvider, address: string) =>
  provider
    .send(
      {
        deliveryId: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1',
        attempt: 1,
        tenantId: 'tenant-1',
        to: { address },
        from: { address: 'desk@sandbox.test', name: 'Robin Desk' },
        text: 'A word.\nAnd another.',
      },
      { signal: new AbortController().signal, timeoutMs: 30_000 },
    )
    .finally(() => provider.close());

describe('a contact form of the site', () => {
  const submit = (page: SitePage) => {
    const loopbackSites = [new URL(simulator.url).host];
    return send(createContactFormProvider({ loopbackSites }), `${simulator.url}/site/${page}/of-its-own`);
  };

  it.each<SitePage>(['plain', 'csrf', 'honeypot', 'multipart'])('%s: is submitted once', async (page) => {
    expect(await submit(page)).toEqual({ kind: 'accepted', providerMessageId: expect.stringMatching(/^form-/) });
    const to = `${simulator.url}/site/${page}/of-its-own`;
    expect(await ledgerOf(simulator.url)).toMatchObject([{ provider: 'contact_form', to, args: { page } }]);
  });

  it.each<[SitePage, object]>([
    ['captcha', { kind: 'assisted', reason: 'captcha' }],
    ['failing', { kind: 'unknown', reason: 'http_500' }],
    ['strict', { kind: 'rejected', class: 'permanent', code: 'form_refused' }],
  ])('%s: nothing reaches its owner', async (page, result) => {
    expect(await submit(page)).toEqual(result);
    expect(await ledgerOf(simulator.url)).toEqual([]);
  });

  it('thanks a machine that fills the trap, and keeps nothing; knows its own visitors', async () => {
    const post = (page: SitePage, over: Record<string, string>) => {
      const fields = { name: 'n', email: 'a@sandbox.test', message: 'm', ...over };
      return fetch(`${simulator.url}/site/${page}`, { method: 'POST', body: new URLSearchParams(fields) });
    };
    expect((await post('honeypot', { website: 'https://spam.test' })).status).toBe(200);
    expect((await post('csrf', { _token: 'guessed' })).status).toBe(403);
    expect((await fetch(`${simulator.url}/site/elsewhere`)).status).toBe(404);
    expect(await ledgerOf(simulator.url)).toEqual([]);
  });
});

describe('LinkedIn', () => {
  const write = (accessToken: string) =>
    send(createLinkedInProvider({ accessToken, baseUrl: `${simulator.url}/linkedin` }), 'urn:li:person:ada');

  it('takes a message of an approved partner', async () => {
    const answer = await write('partner');
    const [line] = await ledgerOf(simulator.url);
    expect(line).toMatchObject({ provider: 'linkedin', channel: 'linkedin', to: 'urn:li:person:ada' });
    expect(answer).toEqual({ kind: 'accepted', providerMessageId: line?.messageId });
  });

  it('takes none under another token', async () => {
    expect(await write('somebody')).toMatchObject({ kind: 'rejected', class: 'auth' });
    expect(await ledgerOf(simulator.url)).toEqual([]);
  });
});
