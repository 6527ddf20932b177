import { errorCode } from '@homing/service-kit';
import { finding, type Examination, type Finding } from '../finding.js';
import type { AskPostgres } from './postgres.asking.js';

export interface PostgresSubject {
  /** `read database`, `vault`. */
  readonly subject: string;
  readonly ask: AskPostgres;
  /** Names of the migrations this release has, and where the server keeps those it holds: `read_model.kysely_migration`. */
  readonly migrations?: { readonly table: string; readonly wanted: readonly string[] };
  /** Milliseconds of this machine. Default `Date.now`. */
  readonly now?: () => number;
}

const OLDEST = 150_000;
const SKEW_WARN_MS = 1_000;
const SKEW_FAIL_MS = 5_000;
const DURABLE_COMMITS: ReadonlySet<string> = new Set(['on', 'local', 'remote_write', 'remote_apply']);

/** Does a database answer, is it new enough, durable, of this release, and does its clock agree with ours? */
export const examinePostgres = (subject: PostgresSubject): Examination => ({
  subject: subject.subject,
  look: async () => {
    const { ask, now = Date.now } = subject;
    const askedAt = now();
    let settings: Record<string, string>;
    try {
      const [row] =
        await ask(`select current_setting('server_version_num') as version, current_setting('fsync') as fsync,
        current_setting('full_page_writes') as pages, current_setting('synchronous_commit') as commit,
        extract(epoch from clock_timestamp()) * 1000 as now, current_setting('server_version') as shown`);
      settings = row ?? {};
    } catch (error) {
      return {
        findings: [finding(isRefusal(error) ? 'DATABASE_REFUSED' : 'DATABASE_UNREACHABLE', errorCode(error))],
        note: '',
      };
    }
    const halfway = (now() - askedAt) / 2;
    return {
      findings: [
        ...(Number(settings['version']) < OLDEST ? [finding('POSTGRES_OLD', `version ${settings['shown']}`)] : []),
        ...durability(settings),
        ...skew(Number(settings['now']) - askedAt - halfway, halfway),
        ...(await schemaFindings(subject)),
      ],
      note: `PostgreSQL ${settings['shown']}`,
    };
  },
});

/** 28: authorization; 3D: no such database; 42501: no right. */
function isRefusal(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^(28|3D|42501)/.test(code);
}

function durability({ fsync = '', pages = '', commit = '' }: Record<string, string>): Finding[] {
  const off = [
    ...(fsync === 'on' ? [] : [`fsync = ${fsync}`]),
    ...(pages === 'on' ? [] : [`full_page_writes = ${pages}`]),
    ...(DURABLE_COMMITS.has(commit) ? [] : [`synchronous_commit = ${commit}`]),
  ];
  return off.length > 0 ? [finding('POSTGRES_NOT_DURABLE', off.join(', '))] : [];
}

/** It was read at some moment of the asking: what lies within that is no difference. */
function skew(ms: number, within: number): Finding[] {
  const by = Math.abs(ms) - within;
  if (by < SKEW_WARN_MS) return [];
  const detail = `its clock is ${(by / 1_000).toFixed(1)} s ${ms > 0 ? 'ahead of' : 'behind'} this machine's`;
  return [finding('CLOCK_SKEW', detail, by >= SKEW_FAIL_MS ? 'fail' : 'warn')];
}

async function schemaFindings({ ask, migrations }: PostgresSubject): Promise<Finding[]> {
  if (!migrations) return [];
  const { table, wanted } = migrations;
  try {
    const held = new Set((await ask(`select name from ${table}`)).map(({ name = '' }) => name));
    const missing = wanted.filter((name) => !held.has(name));
    const beyond = [...held].filter((name) => !wanted.includes(name));
    return [
      ...(missing.length > 0 ? [finding('DATABASE_SCHEMA_OLD', `without ${missing.join(', ')}`)] : []),
      ...(beyond.length > 0 ? [finding('DATABASE_SCHEMA_NEWER', `with ${beyond.join(', ')}`)] : []),
    ];
  } catch (error) {
    // 42P01, 3F000: there is no such table, no such schema.
    const { code } = (error ?? {}) as { code?: unknown };
    if (code === '42P01' || code === '3F000') return [finding('DATABASE_SCHEMA_OLD', 'its tables are not there')];
    throw error;
  }
}
