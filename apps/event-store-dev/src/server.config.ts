import { readFileSync } from 'node:fs';
import type { EventStoreDevOptions } from './event-store-dev.server.js';

/** A setting that makes no sense; its message says which one and what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the settings of the process. @throws ConfigError */
export function readConfig(env: Environment): EventStoreDevOptions {
  if (env['NODE_ENV'] === 'production') {
    throw new ConfigError(
      'event-store-dev is a development server and refuses NODE_ENV=production: run EventStoreDB or KurrentDB there',
    );
  }
  const tls = readTls(env);
  const users = readUsers(env['EVENT_STORE_USERS'] ?? '');
  if (users.size > 0 && !tls) {
    throw new ConfigError(
      'EVENT_STORE_USERS needs EVENT_STORE_TLS_CERT_FILE and EVENT_STORE_TLS_KEY_FILE: the client sends no credentials over plain text',
    );
  }
  const databaseUrl = env['EVENTS_DATABASE_URL'];
  return {
    port: readPort(env['PORT']),
    host: env['HOST'] || '127.0.0.1',
    users,
    ...(databaseUrl && { databaseUrl }),
    ...(tls && { tls }),
  };
}

function readPort(text: string | undefined): number {
  const port = Number(text || 2113);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new ConfigError(`PORT is no port number: ${text}`);
  return port;
}

function readTls(env: Environment): EventStoreDevOptions['tls'] {
  const certificateFile = env['EVENT_STORE_TLS_CERT_FILE'];
  const keyFile = env['EVENT_STORE_TLS_KEY_FILE'];
  if (!certificateFile && !keyFile) return undefined;
  if (!certificateFile || !keyFile) {
    throw new ConfigError('TLS needs both EVENT_STORE_TLS_CERT_FILE and EVENT_STORE_TLS_KEY_FILE');
  }
  try {
    return { certificate: readFileSync(certificateFile), key: readFileSync(keyFile) };
  } catch (error) {
    throw new ConfigError(`a TLS file cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readUsers(text: string): Map<string, string> {
  const users = new Map<string, string>();
  for (const pair of text.split(/[\s,]+/).filter(Boolean)) {
    const colon = pair.indexOf(':');
    if (colon < 1 || colon === pair.length - 1)
      throw new ConfigError('EVENT_STORE_USERS is a list of name:password pairs');
    users.set(pair.slice(0, colon), pair.slice(colon + 1));
  }
  return users;
}
