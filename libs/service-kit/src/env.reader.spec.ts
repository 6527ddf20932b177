import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { ConfigError, readEnv } from './index.js';

describe('readEnv', () => {
  it('reads typed values and defaults', () => {
    const env = readEnv({
      PORT: '3000',
      URL: 'nats://a:4222',
      CHANNELS: 'email, sms,email',
      ON: 'TRUE',
      MODE: 'b',
      EMPTY: '',
    });
    expect(env.int('PORT', { min: 0, max: 65_535 })).toBe(3000);
    expect(env.url('URL', { protocols: ['nats', 'tls'] })).toBe('nats://a:4222');
    expect(env.list('CHANNELS', { of: ['email', 'sms', 'x'] })).toEqual(['email', 'sms']);
    expect(env.flag('ON')).toBe(true);
    expect(env.oneOf('MODE', ['a', 'b'])).toBe('b');
    expect(env.string('EMPTY', { default: 'x' })).toBe('x');
    expect(env.optionalSecret('NONE')).toBeUndefined();
    expect(() => env.check()).not.toThrow();
  });

  it('names every faulty variable and what it should be, and no value', () => {
    const env = readEnv({
      PORT: '8o8o',
      URL: 'hunter2',
      KEY: 'short',
      LIST: 'a,zebra',
      FLAG: 'perhaps',
      DB: 'http://u:pw@h',
      NAME: 'A B',
    });
    env.int('PORT', { min: 1, max: 9 });
    env.url('URL');
    env.secret('KEY', { minLength: 32 });
    env.secret('ABSENT');
    env.secret('DB', { protocols: ['postgres'] });
    env.list('LIST', { of: ['a'] });
    env.flag('FLAG');
    env.string('NAME', { pattern: /^\w+$/ });
    const faults = catchFaults(() => env.check());
    expect(faults.map((fault) => fault.variable)).toEqual([
      'PORT',
      'URL',
      'KEY',
      'ABSENT',
      'DB',
      'LIST',
      'FLAG',
      'NAME',
    ]);
    expect(JSON.stringify(faults)).not.toMatch(/8o8o|hunter2|short|zebra|perhaps|pw|A B/);
    expect(faults[3]).toEqual({ variable: 'ABSENT', expected: 'is required' });
  });

  it.each(['1.5', '1e3', '0x10', '99999999999999999999', ' 5'])('refuses %s as a whole number', (text) => {
    const env = readEnv({ N: text });
    env.int('N');
    expect(() => env.check()).toThrow(ConfigError);
  });

  it('never shows a secret', () => {
    const secret = readEnv({ KEY: 'opensesame' }).secret('KEY');
    expect(secret.reveal()).toBe('opensesame');
    const shown = [`${secret}`, String(secret), JSON.stringify({ secret }), inspect({ deep: [secret] }), secret + ''];
    for (const text of shown) {
      expect(text).toContain('[secret]');
      expect(text).not.toContain('opensesame');
    }
  });
});

function catchFaults(work: () => void) {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
  }
  throw new Error('expected a ConfigError');
}
