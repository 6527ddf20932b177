import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { collect, freshStream, happened, numbers, refusal } from '../blackbox/node.fixture.js';
import { selfSignedCertificate } from './self-signed-certificate.fixture.js';
import { serverProcess, type ServerProcess } from './server-process.fixture.js';

const directory = mkdtempSync(join(tmpdir(), 'event-store-dev-tls-'));
const certificateFile = join(directory, 'certificate.pem');
const keyFile = join(directory, 'key.pem');
let server: ServerProcess;
let port: string;

beforeAll(async () => {
  const { certificate, key } = selfSignedCertificate();
  writeFileSync(certificateFile, certificate);
  writeFileSync(keyFile, key, { mode: 0o600 });
  server = serverProcess({
    EVENT_STORE_TLS_CERT_FILE: certificateFile,
    EVENT_STORE_TLS_KEY_FILE: keyFile,
    EVENT_STORE_USERS: 'admin:changeit,ops:x:y',
  });
  port = new URL((await server.ready).replace('esdb:', 'http:')).port;
});

afterAll(async () => {
  server.child.kill('SIGTERM');
  await server.exited;
  rmSync(directory, { recursive: true, force: true });
});

const connect = (user: string, options = `tlsCAFile=${certificateFile}`) =>
  EventStoreDBClient.connectionString(`esdb://${user}127.0.0.1:${port}?tls=true&${options}` as 'esdb://');

describe('over TLS with users', () => {
  it('serves a client that trusts the certificate and gives credentials, over both append calls', async () => {
    const client = connect('admin:changeit@');
    const stream = freshStream('tls');
    await client.appendToStream(stream, happened(0), { expectedRevision: 'no_stream' });
    const credentials = { username: 'ops', password: 'x:y' };
    await client.appendToStream(stream, happened(1), { expectedRevision: 0n, credentials });
    expect(numbers(await collect(client.readStream(stream, { credentials })))).toEqual([0, 1]);
    await client.dispose();
  });

  it('denies every call without credentials or with wrong ones', async () => {
    const stream = freshStream('tls');
    for (const client of [connect(''), connect('admin:wrong@')]) {
      const credentials = { username: 'admin', password: 'guessed' };
      const calls = [
        client.appendToStream(stream, happened(0), { credentials }),
        collect(client.readStream(stream)),
        collect(client.readAll({ maxCount: 1 })),
        collect(client.subscribeToAll()),
        client.deleteStream(stream),
        client.tombstoneStream(stream),
        client.appendToStream(stream, happened(0)),
      ];
      for (const refused of await Promise.all(calls.map((call) => refusal(call)))) {
        expect(refused.type).toBe('access-denied');
      }
      await client.dispose();
    }
    const admin = connect('admin:changeit@');
    expect((await refusal(collect(admin.readStream(stream)))).type).toBe('stream-not-found');
    await admin.dispose();
  });

  it('is not trusted by a client that does not know its certificate', async () => {
    const client = connect('admin:changeit@', 'tlsVerifyCert=true&defaultDeadline=3000');
    await refusal(client.appendToStream(freshStream('tls'), happened(0)));
    await client.dispose();
  });
});
