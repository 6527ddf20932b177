import { setTimeout as pause } from 'node:timers/promises';
import { inspectConsumers, inspectStreams, lastMessageOf } from '@homing/messaging';
import { readStoreMark, STORE_MARK, BUS_STREAMS } from '@homing/contracts';
import type { MarkSource } from '@homing/restore-watch';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { AskedBus } from './bus.examination.js';

export interface BusAsking extends AskedBus {
  readonly mark: MarkSource;
  readonly close: () => Promise<void>;
}

const patienceMs = 10_000;

/**
 * The bus, asked as one of its users (`nats://user:password@host`). Connects when it is first asked, once, and does not try again.
 * @param consumers the durable consumers this release has; one that is optional and not there is left out
 */
export function askBus(
  url: string,
  consumers: readonly { readonly stream: string; readonly durable: string; readonly optional?: true }[],
): BusAsking {
  let connecting: Promise<NatsConnection> | undefined;
  const connection = (): Promise<NatsConnection> => (connecting ??= connectOnce(url));
  const manager = async (): Promise<JetStreamManager> =>
    jetstreamManager(await connection(), { checkAPI: false, timeout: patienceMs });
  return {
    version: async () => (await connection()).info?.version ?? '0.0.0',
    streams: async () => inspectStreams(await manager()),
    consumers: async () => {
      const optional = new Set(consumers.flatMap((each) => (each.optional ? [each.durable] : [])));
      const found = await inspectConsumers(await manager(), consumers);
      return found.filter(({ there, durable }) => there || !optional.has(durable));
    },
    pause: () => pause(1_000),
    mark: async () => {
      const bytes = await lastMessageOf(await manager(), { stream: BUS_STREAMS.marks, subject: STORE_MARK });
      return bytes && readStoreMark(JSON.parse(Buffer.from(bytes).toString('utf8')));
    },
    close: async () => {
      const open = await connecting?.catch(() => undefined);
      await open?.close();
    },
  };
}

function connectOnce(url: string): Promise<NatsConnection> {
  const { host, username, password, protocol } = new URL(url);
  const user = decodeURIComponent(username);
  return connect({
    ...{ servers: host, name: 'homing doctor', timeout: patienceMs, reconnect: false },
    ...(user === '' ? {} : { user, pass: decodeURIComponent(password), inboxPrefix: `_INBOX_${user}` }),
    ...(protocol === 'tls:' ? { tls: {} } : {}),
  });
}
