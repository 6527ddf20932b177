import { describe, expect, it } from '@jest/globals';
import { natsConfiguration } from './nats.config.js';
import { debianMirrors } from './nats.debian.js';
import { isAtLeast, parseVersion } from './nats.version.js';

const settings = { dir: '/data/nats', port: 4222, users: [], syncAlways: true };

describe('natsConfiguration', () => {
  it('listens on loopback only, encrypts, and reads the key from the environment', () => {
    const written = natsConfiguration(settings);
    expect(written).toContain('listen: "127.0.0.1:4222"');
    expect(written).toContain('key: $HOMING_JETSTREAM_KEY');
    expect(written).toContain('sync_interval: always');
  });

  it('leaves out what an older server does not know, and asks for any port by -1', () => {
    const written = natsConfiguration({ ...settings, port: 0, syncAlways: false });
    expect(written).not.toContain('sync_interval');
    expect(written).toContain('127.0.0.1:-1');
  });

  it('keeps quotes of a password inside the string', () => {
    const users = [{ name: 'a', password: `x" } ] } listen: "0.0.0.0:1`, publish: ['one.>'] }];
    const written = natsConfiguration({ ...settings, users });
    expect(written).toContain(String.raw`password: "x\" } ] } listen: \"0.0.0.0:1"`);
    expect(written).toContain('publish: { allow: ["one.>"] }');
  });

  it('opens to an account apart what it may say and hear, and to no other', () => {
    const users = [
      { name: 'in', password: 'p' },
      { name: 'a', password: 'p', publish: ['ask', 'poke'], subscribe: ['_INBOX_a.>'], apart: true },
      { name: 'b', password: 'p', publish: ['ask'], subscribe: ['poke'], apart: true },
    ];
    const written = natsConfiguration({ ...settings, users }).replaceAll(/\s+/g, ' ');
    expect(written).toContain('HOMING { jetstream: enabled users: [ { user: "in", password: "p" } ]');
    expect(written).toContain('{ service: "ask", accounts: ["a", "b"] }');
    expect(written).toContain('{ service: "poke", accounts: ["a"] }');
    expect(written).toContain('{ stream: "_INBOX_a.>", accounts: ["a"] }');
    expect(written).toContain('{ stream: { account: "a", subject: "poke" } }');
    expect(written.match(/jetstream: enabled/g)).toHaveLength(1);
    const unlimited = [{ name: 'a', password: 'p', apart: true }];
    expect(() => natsConfiguration({ ...settings, users: unlimited })).toThrow(/lists/);
  });
});

describe('versions', () => {
  it.each([
    ['nats-server: v2.10.27', [2, 10, 27]],
    ['nats-server: v2.9.10-RC.1', [2, 9, 10]],
    ['something else', undefined],
  ])('reads %s', (text, version) => expect(parseVersion(text)).toEqual(version));

  it('compares numbers, not text', () => {
    expect(isAtLeast([2, 10, 0], [2, 9, 0])).toBe(true);
    expect(isAtLeast([2, 9, 25], [2, 10, 0])).toBe(false);
    expect(isAtLeast([3, 0, 0], [2, 10, 5])).toBe(true);
    expect(isAtLeast([2, 9, 0], [2, 9, 0])).toBe(true);
  });
});

describe('debianMirrors', () => {
  it('takes main archives from what apt prints, not security or foreign ones, each once', () => {
    const printed = [
      `'http://mirror.test/debian/dists/bookworm/InRelease' a 0`,
      `'http://mirror.test/debian/dists/bookworm/main/binary-amd64/Packages.xz' b 0`,
      `'http://mirror.test/debian-security/dists/bookworm-security/InRelease' c 0`,
      `'https://other.test/node/dists/nodistro/InRelease' d 0`,
    ].join('\n');
    expect(debianMirrors(printed)).toEqual(['http://mirror.test/debian']);
  });
});
