// A canary listens on this machine, on IPv4 and IPv6. Nothing in this table may ever connect to it, or to anything else inside.
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LoopbackProvider } from '../loopback-provider.fixture.js';
import { pinSite, type Resolve } from './pinned.address.js';
import { isPublicAddress } from './public-address.policy.js';
import { loopbackSites } from './site-address.policy.js';
import { SiteCaller } from './site.caller.js';

let canaries: Server[];
let port: number;
let connections = 0;

beforeAll(async () => {
  const listen = (host: string, at: number): Promise<Server> =>
    new Promise((resolve, reject) => {
      const server = createServer((socket) => {
        connections += 1;
        socket.destroy();
      });
      server.once('error', reject).listen(at, host, () => resolve(server));
    });
  const first = await listen('127.0.0.1', 0);
  port = (first.address() as { port: number }).port;
  const second = await listen('::1', port).catch(() => undefined);
  canaries = second ? [first, second] : [first];
});
afterAll(() => Promise.all(canaries.map((each) => new Promise((resolve) => each.close(resolve)))));
beforeEach(() => {
  connections = 0;
});

/** Every name leads to these; the ports of the canary are allowed, so that only the address can refuse. */
const callerOf = (resolve?: Resolve, loopback: string[] = []) =>
  new SiteCaller({
    policy: { ports: [80, 443, port], loopback },
    userAgent: 'spec',
    ...(resolve ? { resolve } : {}),
  });
const leadingTo =
  (...addresses: string[]): Resolve =>
  () =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
const get = (caller: SiteCaller, url: string) =>
  caller.call({ method: 'GET', url, signal: AbortSignal.timeout(5_000) });

/** `PORT` is the canary's. */
const WRITTEN: readonly string[] = [
  'http://127.0.0.1:PORT/',
  'http://127.0.0.2:PORT/',
  'http://127.1:PORT/',
  'http://127.0.1:PORT/',
  'http://2130706433:PORT/',
  'http://0x7f000001:PORT/',
  'http://0x7F.0x0.0x0.0x1:PORT/',
  'http://0x7f.1:PORT/',
  'http://0177.0.0.1:PORT/',
  'http://0177.0.0.01:PORT/',
  'http://017700000001:PORT/',
  'http://127.0.0.1.:PORT/',
  'http://127.0.0.1%2e:PORT/',
  'http://１２７.０.０.１:PORT/',
  'http://127。0。0。1:PORT/',
  'http://①②⑦.⓪.⓪.①:PORT/',
  'http://0:PORT/',
  'http://0.0.0.0:PORT/',
  'http://0x0:PORT/',
  'http://00000000000:PORT/',
  'http://localhost:PORT/',
  'http://LOCALHOST:PORT/',
  'http://localhost.:PORT/',
  'http://loc%61lhost:PORT/',
  'http://ｌｏｃａｌｈｏｓｔ:PORT/',
  'http://printer.localhost:PORT/',
  'http://localhost.localdomain:PORT/',
  'http://gateway.internal:PORT/',
  'http://metadata.google.internal/',
  'http://nas.local:PORT/',
  'http://router:PORT/',
  'http://[::1]:PORT/',
  'http://[0:0:0:0:0:0:0:1]:PORT/',
  'http://[::]:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::ffff:7f00:1]:PORT/',
  'http://[::127.0.0.1]:PORT/',
  'http://[64:ff9b::127.0.0.1]:PORT/',
  'http://[64:ff9b:1::7f00:1]:PORT/',
  'http://[2002:7f00:1::]:PORT/',
  'http://[fe80::1]:PORT/',
  'http://[fc00::1]:PORT/',
  'http://[ff02::1]:PORT/',
  'http://10.0.0.1/',
  'http://172.16.0.1/',
  'http://192.168.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://100.64.0.1/',
  'http://user@127.0.0.1:PORT/',
  'http://www.site.com@127.0.0.1:PORT/',
  'http://www.site.com:80@127.0.0.1:PORT/',
  'http://www.site.com%40127.0.0.1:PORT/',
  'http://127.0.0.1:PORT@www.site.com:PORT/',
  'http://@127.0.0.1:PORT/',
  'http://127.0.0.1:PORT\\@www.site.com/',
  'http://www.site.com\\.127.0.0.1:PORT/',
  'http:\\\\127.0.0.1:PORT\\',
  'http:127.0.0.1:PORT',
  '//127.0.0.1:PORT/',
  ' http://127.0.0.1:PORT/',
  'http://127.0.0.1:PORT/\t',
  'http://127.0\n.0.1:PORT/',
  'http://127.0.0.1\u0000.site.com:PORT/',
  'ftp://127.0.0.1:PORT/',
  'file:///etc/passwd',
  'gopher://127.0.0.1:PORT/_GET',
  'data:text/html,<form>',
  'javascript:alert(1)',
  'unix:///var/run/docker.sock',
  'dict://127.0.0.1:PORT/',
  '',
];

/** What a name may lead to that is not public, alone or beside something that is. */
const RESOLVED: readonly string[] = [
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '0.1.2.3',
  '10.1.2.3',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '100.127.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::1',
  '2002:7f00:1::',
  '2001:0:7f00:1::',
  '2001:db8::1',
  'fc00::1',
  'fd12:3456::1',
  '::7f00:1',
  '::2',
  '4000::1',
  'fe80::1',
  'fe80::1%lo',
  'fec0::1',
  'ff02::1',
  '100::1',
  '3fff::1',
];

describe('the guard of addresses', () => {
  it('is asked about more than sixty forms', () => {
    expect(new Set([...WRITTEN, ...RESOLVED]).size).toBeGreaterThanOrEqual(100);
    expect(WRITTEN.length).toBeGreaterThanOrEqual(60);
  });

  it.each(WRITTEN)('connects to nothing for %j', async (form) => {
    // Were the address let through, the name would lead straight to the canary.
    const caller = callerOf(leadingTo('127.0.0.1'));
    const answer = await get(caller, form.replaceAll('PORT', String(port)));
    caller.close();
    expect(answer).toMatchObject({ kind: 'refused', sent: false });
    expect(connections).toBe(0);
  });

  it.each(RESOLVED)('connects to nothing where a name leads to %s, also beside a public address', async (address) => {
    const url = `http://www.site.com:${port}/`;
    for (const addresses of [[address], ['93.184.216.34', address], [address, '93.184.216.34']]) {
      const caller = callerOf(leadingTo(...addresses));
      expect(await get(caller, url)).toEqual({ kind: 'refused', code: 'address_not_public', sent: false });
      caller.close();
    }
    expect(connections).toBe(0);
  });

  it.each(RESOLVED.filter((address) => !address.includes('%')))(
    'connects to nothing a redirect leads to: %s',
    async (address) => {
      const site = await LoopbackProvider.start();
      const host = address.includes(':') ? `[${address}]` : address;
      site.answer = { status: 302, headers: { location: `http://${host}:${port}/` }, body: '' };
      const caller = callerOf(leadingTo(address), [new URL(site.url).host]);
      const answer = await get(caller, site.url);
      expect(site.calls).toHaveLength(1); // the trap was reached
      expect(answer).toMatchObject({ kind: 'refused', sent: true });
      expect(connections).toBe(0);
      caller.close();
      await site.close();
    },
  );

  it('the canary does sing: somebody who may connects and is counted', async () => {
    const caller = callerOf(undefined, [`127.0.0.1:${port}`]);
    expect(await get(caller, `http://127.0.0.1:${port}/`)).toMatchObject({ kind: 'broken' });
    expect(connections).toBe(1);
    caller.close();
  });
});

describe('a pinned address', () => {
  it('is asked for once, and stays whatever the name says a moment later', async () => {
    let asked = 0;
    const rebinding: Resolve = () =>
      Promise.resolve([{ address: (asked += 1) === 1 ? '93.184.216.34' : '127.0.0.1', family: 4 }]);
    const pin = await pinSite('http://www.site.com/', {}, rebinding);
    if (pin.kind !== 'pinned') throw new Error(pin.code);
    const said = await Promise.all(
      [1, 2, 3].map(
        () => new Promise((resolve) => pin.lookup('www.site.com', { all: true }, (_error, found) => resolve(found))),
      ),
    );
    expect(said).toEqual(Array.from({ length: 3 }, () => [{ address: '93.184.216.34', family: 4 }]));
    expect(asked).toBe(1);
  });

  it.each([
    ['http://www.site.com:22/', 'address_port'],
    ['http://www.site.com:6379/', 'address_port'],
    ['http://www.site.com:0/', 'address_port'],
  ])('is refused on a port of something else: %s', async (url, code) => {
    expect(await pinSite(url, {}, leadingTo('93.184.216.34'))).toEqual({ kind: 'refused', code });
  });

  it('of a name that nobody knows is refused', async () => {
    const unknown: Resolve = () => Promise.reject(new Error('ENOTFOUND'));
    expect(await pinSite('http://www.site.com/', {}, unknown)).toEqual({ kind: 'refused', code: 'address_unknown' });
  });

  it.each(['93.184.216.34', '8.8.8.8', '2606:2800:220:1:248:1893:25c8:1946'])('lets %s through', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('an IPv6 address that nobody was given', () => {
  it.each(['::7f00:1', '0:0:0:0:0:0:a00:1', '::2', '4000::1', 'e000::1'])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('sites of this machine', () => {
  it('are for tests and the sandbox, and only by number and port', () => {
    expect(loopbackSites(['127.0.0.1:8123'], 'test')).toEqual(['127.0.0.1:8123']);
    expect(loopbackSites([], 'production')).toEqual([]);
    expect(() => loopbackSites(['127.0.0.1:8123'], 'production')).toThrow(TypeError);
    expect(() => loopbackSites(['127.0.0.1:8123'], '')).toThrow(TypeError);
    expect(() => loopbackSites(['10.0.0.1:80'], 'test')).toThrow(TypeError);
    expect(() => loopbackSites(['localhost:80'], 'development')).toThrow(TypeError);
  });
});

describe('a visit', () => {
  it('follows at most five redirects, and stops reading at a megabyte', async () => {
    const site = await LoopbackProvider.start();
    const caller = callerOf(undefined, [new URL(site.url).host]);
    site.answer = { status: 302, headers: { location: '/again' }, body: '' };
    expect(await get(caller, site.url)).toEqual({ kind: 'refused', code: 'too_many_redirects', sent: true });
    expect(site.calls).toHaveLength(6);
    site.answer = { status: 200, body: 'x'.repeat(3 * 1024 * 1024) };
    const answer = await get(caller, site.url);
    if (answer.kind === 'answered') expect(answer.body.length).toBeLessThanOrEqual(1024 * 1024);
    else expect(answer.kind).toBe('broken');
    caller.close();
    await site.close();
  });
});
