import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { busUsers, databaseRoles, natsUsers } from '@homing/provisioning';
import { writeEnvironment } from '../home/home.environment.js';
import { parseStartFlags } from '../start/start.flags.js';
import { passedOn } from './passed-on.environment.js';
import { portBase, portsFrom } from './port.table.js';
import { givenStores } from './stores.given.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'homing-wiring-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('ports', () => {
  it('are the base plus stable offsets', () => {
    expect(portBase(undefined)).toBe(3_000);
    expect(portsFrom(portBase('4000'))).toMatchObject({
      api: 4_000,
      'webhook-ingestion': 4_001,
      'event-store-dev': 4_013,
      nats: 4_022,
      postgres: 4_032,
    });
  });
  it.each(['80', '65530', 'abc', '3000.5', '-1'])('refuses PORT_BASE=%s with the range', (value) => {
    expect(() => portBase(value)).toThrow(/PORT_BASE=.*from 1024 to 65502/);
  });
});

describe('givenStores', () => {
  const envFile = () => join(home, 'env');

  it('takes servers of the user, not the addresses an earlier start wrote', () => {
    writeEnvironment(envFile(), { DATABASE_URL: 'postgres://ours', NATS_URL: 'nats://ours' });
    const environment = { DATABASE_URL: 'postgres://ours', NATS_URL: 'nats://theirs', EVENTSTORE_URL: '' };
    expect(givenStores(envFile(), environment)).toEqual({ natsUrl: 'nats://theirs' });
  });
  it('takes all when there was no earlier start', () => {
    expect(givenStores(envFile(), { DATABASE_URL: 'postgres://x' })).toEqual({ databaseUrl: 'postgres://x' });
  });
});

describe('the bus', () => {
  it('gives every user a password and an inbox, and nobody everything', () => {
    const users = natsUsers(Object.fromEntries(Object.keys(busUsers).map((name) => [name, `${name}-password`])));
    for (const user of users) {
      expect(user.password).toBe(`${user.name}-password`);
      expect(user.subscribe).toContain(`_INBOX_${user.name}.>`);
      if (user.name !== 'publisher') expect(user.subscribe).not.toContain('_INBOX.>');
      expect([...(user.publish ?? []), ...(user.subscribe ?? [])]).not.toContain('>');
    }
  });
  it('gives each user the least it needs', () => {
    const may = Object.fromEntries(natsUsers({}).map(({ name, publish = [] }) => [name, publish]));
    const whoMay = (subject: string) =>
      Object.keys(may).filter((name) => may[name]?.some((each) => each.startsWith(subject)));
    expect(whoMay('_INBOX')).toEqual(['orchestrator', 'channel-gateway']);
    // The desk hands in again what could not be handled.
    expect(whoMay('provider.signal')).toEqual(['webhook-ingestion', 'orchestrator']);
    expect(whoMay('provider.inbound')).toEqual(['webhook-ingestion']);
    expect(whoMay('desk.')).toEqual(['api']);
    expect(whoMay('$JS.API.STREAM.MSG.DELETE')).toEqual(['orchestrator']);
    expect(may['orchestrator']?.filter((each) => each.includes('MSG.DELETE'))).toEqual([
      '$JS.API.STREAM.MSG.DELETE.DEADLETTERS',
    ]);
    expect(whoMay('$JS.API.STREAM.CREATE')).toEqual(['orchestrator']);
    expect(whoMay('$JS.API.STREAM.UPDATE')).toEqual(['orchestrator']);
    expect(whoMay('$JS.API.CONSUMER')).toEqual(['orchestrator', 'channel-gateway', 'doctor']);
    // It may look, and read nothing but the mark.
    expect(may['doctor']).toEqual([
      '$JS.API.INFO',
      '$JS.API.STREAM.INFO.*',
      '$JS.API.CONSUMER.INFO.*.*',
      '$JS.API.STREAM.MSG.GET.MARKS',
    ]);
    expect(whoMay('$JS.ACK')).toEqual(['orchestrator', 'channel-gateway']);
    for (const order of ['STREAM.DELETE', 'STREAM.PURGE', 'STREAM.SNAPSHOT', 'STREAM.RESTORE', '>', '*'])
      expect(whoMay(`$JS.API.${order}`)).toEqual([]);
    // A consumer that stands beyond its stream is made anew by who pulls it, and by nobody else.
    const named = (subjects: readonly string[], order: string) =>
      subjects.filter((each) => each.startsWith(order)).map((each) => each.slice(order.length));
    for (const [name, subjects] of Object.entries(may)) {
      const pulls = named(subjects, '$JS.API.CONSUMER.MSG.NEXT.');
      const removes = named(subjects, '$JS.API.CONSUMER.DELETE.').filter((each) => !each.endsWith('-sendgrid'));
      // Besides those of a former release.
      expect({ name, removes }).toEqual({ name, removes: pulls });
    }
    expect(may['webhook-ingestion']).toEqual([
      'provider.signal.*',
      'provider.inbound.*',
      'deadletter.webhook-ingestion',
      'webhook.seen.*.*',
      'webhook.health.*',
      '$JS.API.INFO',
      '$JS.API.STREAM.MSG.GET.WEBHOOKKEYS',
      '$JS.API.STREAM.MSG.GET.WEBHOOKSEEN',
    ]);
    expect(whoMay('webhook.keys')).toEqual(['api']);
    const beyond = may['channel-gateway']?.filter((subject) => !/DISPATCH\.gateway-/.test(subject));
    expect([...new Set(beyond)]).toEqual([
      'deadletter.>',
      '$JS.API.STREAM.INFO.DISPATCH',
      '$JS.API.STREAM.MSG.GET.DISPATCH',
      '$JS.API.STREAM.MSG.GET.MARKS',
      '_INBOX_api.*.*',
    ]);
    expect(whoMay('store.mark')).toEqual(['projector']);
    expect(may['api']).toEqual([
      'outreach.requested',
      'outreach.command',
      'contact.command',
      'conversion.reported',
      'desk.dead-letters',
      'desk.assisted-tasks',
      'webhook.keys.*.*',
      '$JS.API.INFO',
      '$JS.API.STREAM.MSG.GET.WEBHOOKKEYS',
      '$JS.API.STREAM.MSG.GET.WEBHOOKHEALTH',
    ]);
    expect(may['scheduler']).toEqual([
      'outreach.requested',
      'outreach.command',
      'delivery.dispatch.*',
      'delivery.lookup.*',
      '$JS.API.INFO',
      '$JS.API.STREAM.INFO.DISPATCH',
    ]);
    expect(may['projector']).toEqual([
      'event.outreach.>',
      'live.poke',
      'store.mark',
      '$JS.API.INFO',
      '$JS.API.STREAM.MSG.GET.MARKS',
    ]);
  });
  it('keeps everybody who only publishes out of the account of the streams', () => {
    const together = natsUsers({}).filter(({ apart }) => !apart);
    expect(together.map(({ name }) => name)).toEqual(['orchestrator', 'channel-gateway']);
  });
});

describe('roles', () => {
  it('are named once each', () => expect(new Set(databaseRoles).size).toBe(databaseRoles.length));
});

describe('passedOn', () => {
  it('hands on telemetry and crash points, never what it does not know', () => {
    const passed = passedOn({
      PATH: '/bin',
      OTEL_SDK_DISABLED: 'true',
      HOMING_CRASH_POINTS: 'x@1',
      AWS_SECRET_ACCESS_KEY: 's',
      DATABASE_URL: 'u',
      NODE_ENV: 'production',
    });
    expect(passed).toEqual({
      PATH: '/bin',
      OTEL_SDK_DISABLED: 'true',
      HOMING_CRASH_POINTS: 'x@1',
      NODE_ENV: 'development',
      LOG_LEVEL: 'info',
    });
  });
});

describe('parseStartFlags', () => {
  it('knows two flags and names any other', () => {
    expect(parseStartFlags([])).toEqual({ fresh: false, demo: true });
    expect(parseStartFlags(['--fresh', '--no-demo'])).toEqual({ fresh: true, demo: false });
    expect(() => parseStartFlags(['--frsh'])).toThrow('--frsh');
  });
});
