// Run as another user by postgres.server.int.spec.ts: starts Postgres in the given folder and asks it one thing.
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../dist/index.js';

const server = await startPostgres({ dataDir: join(process.argv[2] ?? '', 'postgres') });
const client = new pg.Client(server.adminUrl);
await client.connect();
const { rows } = await client.query('select 42 as answer');
await client.end();
await server.stop();
console.log(JSON.stringify({ uid: process.getuid?.(), pid: server.pid, answer: rows[0].answer }));
