import { natsAccounts } from './nats.accounts.js';

/** A user of the bus. Without a list, every subject. */
export interface NatsUser {
  name: string;
  password: string;
  /** Subjects this user may publish to, wildcards allowed. */
  publish?: string[];
  /** Subjects this user may subscribe to, wildcards allowed. Answers come to an inbox (`_INBOX.>` unless told otherwise). */
  subscribe?: string[];
  /**
   * An account of its own, without JetStream; both lists are needed then. What it publishes crosses into the account of the
   * others as a service, what it hears comes from there as a stream. Whoever may publish into a stream needs this: JetStream
   * sends its acknowledgement to the reply subject the publisher named, under the server's own rights. Within one account that
   * subject may be the JetStream API itself.
   */
  apart?: boolean;
}

export interface NatsSettings {
  dir: string;
  port: number;
  users: NatsUser[];
  syncAlways: boolean;
  monitorPort?: number;
}

/** The environment variable the configuration reads the encryption key from: a key never stands on a command line or in a file. */
export const encryptionKeyVariable = 'HOMING_JETSTREAM_KEY';

const text = (value: string) => JSON.stringify(value);
/** The server's configuration file. It holds passwords: write it with mode 0600. */
export function natsConfiguration({ dir, port, users, syncAlways, monitorPort }: NatsSettings): string {
  const lines = [
    'server_name: homing',
    `listen: "127.0.0.1:${port === 0 ? -1 : port}"`,
    ...(monitorPort === undefined ? [] : [`http: "127.0.0.1:${monitorPort}"`]),
    `ports_file_dir: ${text(dir)}`,
    `pid_file: ${text(`${dir}/nats.pid`)}`,
    'max_payload: 2MB',
    'jetstream {',
    `  store_dir: ${text(`${dir}/store`)}`,
    '  cipher: "aes"',
    `  key: $${encryptionKeyVariable}`,
    ...(syncAlways ? ['  sync_interval: always'] : []),
    '}',
    ...natsAccounts(users),
  ];
  return `${lines.join('\n')}\n`;
}
