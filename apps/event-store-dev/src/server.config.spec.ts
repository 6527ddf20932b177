import { describe, expect, it } from '@jest/globals';
import { readConfig } from './server.config.js';

describe('the settings', () => {
  it('have defaults: loopback, the usual port, memory', () => {
    expect(readConfig({})).toEqual({ host: '127.0.0.1', port: 2113, users: new Map() });
  });

  it('take any free port when asked for 0', () => {
    expect(readConfig({ PORT: '0', EVENTS_DATABASE_URL: 'postgres://x/events' })).toMatchObject({
      port: 0,
      databaseUrl: 'postgres://x/events',
    });
  });

  it('refuse production', () => {
    expect(() => readConfig({ NODE_ENV: 'production' })).toThrow('refuses NODE_ENV=production');
  });

  it('refuse what makes no sense, naming the setting', () => {
    expect(() => readConfig({ PORT: 'x' })).toThrow('PORT');
    expect(() => readConfig({ PORT: '70000' })).toThrow('PORT');
    expect(() => readConfig({ EVENT_STORE_USERS: 'a:b' })).toThrow('EVENT_STORE_TLS_CERT_FILE');
    expect(() => readConfig({ EVENT_STORE_USERS: 'admin' })).toThrow('name:password');
    expect(() => readConfig({ EVENT_STORE_TLS_KEY_FILE: '/k' })).toThrow('both');
    expect(() => readConfig({ EVENT_STORE_TLS_CERT_FILE: '/none', EVENT_STORE_TLS_KEY_FILE: '/none' })).toThrow(
      'cannot be read',
    );
  });
});
