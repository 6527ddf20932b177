import { natsAccounts, type NatsUser } from '@homing/provisioning';

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
