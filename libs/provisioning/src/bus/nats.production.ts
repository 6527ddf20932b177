import { busUsers, natsUsers } from './bus.users.js';
import { natsAccounts } from './nats.accounts.js';

/** The variable of the secrets file that holds a user's password. */
export const passwordVariable = (user: string): string => `PASSWORD_${user.toUpperCase().replaceAll('-', '_')}`;

/** The variable of the secrets file that holds the key JetStream encrypts its files with. */
export const JETSTREAM_KEY_VARIABLE = 'JETSTREAM_KEY';

/** Where the server finds what; a container's mounts. */
export const NATS_FILES = {
  directory: '/etc/nats',
  /** Beside the configuration: an `include` is relative to it. */
  secrets: 'secrets.conf',
  certificate: '/etc/nats/server.crt',
  key: '/etc/nats/server.key',
  store: '/data/jetstream',
} as const;

/**
 * The configuration of a nats-server 2.10 or newer in production: TLS, users with the least rights, JetStream encrypted and
 * written through to the disk before it acknowledges. Holds no secret: those stand in `secrets.conf` beside it (see `natsSecrets`).
 */
export function productionNatsConfiguration(): string {
  const variables = Object.keys(busUsers).map((user) => [user, { variable: passwordVariable(user) }] as const);
  return `${[
    '# Made from libs/provisioning by "npm run test:unit" with UPDATE_DEPLOY=1; a test keeps the two equal.',
    `include "${NATS_FILES.secrets}"`,
    'server_name: homing',
    'listen: "0.0.0.0:4222"',
    '# Health and figures, within the container only.',
    'http: "127.0.0.1:8222"',
    'max_payload: 2MB',
    'tls {',
    `  cert_file: "${NATS_FILES.certificate}"`,
    `  key_file: "${NATS_FILES.key}"`,
    '}',
    'jetstream {',
    `  store_dir: "${NATS_FILES.store}"`,
    '  cipher: "aes"',
    `  key: $${JETSTREAM_KEY_VARIABLE}`,
    '  sync_interval: always',
    '}',
    ...natsAccounts(natsUsers(Object.fromEntries(variables))),
  ].join('\n')}\n`;
}

/** The file of secrets the configuration includes. `passwords` by user. */
export function natsSecrets(passwords: Readonly<Record<string, string>>, jetstreamKey: string): string {
  const line = (variable: string, value: string) => `${variable}: ${JSON.stringify(value)}\n`;
  const users = Object.entries(passwords).map(([user, password]) => line(passwordVariable(user), password));
  return [line(JETSTREAM_KEY_VARIABLE, jetstreamKey), ...users].join('');
}
