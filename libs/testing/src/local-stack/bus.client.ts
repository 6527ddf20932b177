import { BUS_STREAMS, OUTREACH_REQUESTED } from '@homing/contracts';
import { jetstream, jetstreamManager, type StoredMsg } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';

/** A stored message as the bus holds it: headers and bytes. */
export interface BusMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
}

/** The bus as one of its users; `publisher` may ask for outreach only. */
export class BusClient {
  private constructor(private readonly connection: NatsConnection) {}

  static async connect(url: string): Promise<BusClient> {
    const { host, username, password } = new URL(url);
    const user = decodeURIComponent(username);
    // Every user hears an inbox of its own and no other.
    const login = { user, pass: decodeURIComponent(password), inboxPrefix: `_INBOX_${user}` };
    // A server that is being started again refuses logins it has not read yet: no reason to give up.
    const patient = { maxReconnectAttempts: -1, reconnectTimeWait: 100, ignoreAuthErrorAbort: true };
    return new BusClient(await connect({ servers: host, ...login, ...patient }));
  }

  /** Publishes and holds JetStream's ack, trying again as a careful publisher would. Bytes are sent as they are. */
  async publish(subject: string, message: unknown, msgId?: string): Promise<void> {
    const payload = message instanceof Uint8Array ? message : new TextEncoder().encode(JSON.stringify(message));
    const options = { timeout: 2_000, ...(msgId === undefined ? {} : { msgID: msgId }) };
    for (let left = 60; ; left--) {
      try {
        await jetstream(this.connection).publish(subject, payload, options);
        return;
      } catch (error) {
        if (left === 0) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  /** Asks for outreach with a CloudEvent. */
  request(event: { readonly id: string; readonly source: string; readonly data: unknown }): Promise<void> {
    return this.publish(OUTREACH_REQUESTED, { specversion: '1.0', type: OUTREACH_REQUESTED, ...event }, event.id);
  }

  /** Messages a stream holds now, oldest first. */
  async stored(stream: keyof typeof BUS_STREAMS): Promise<BusMessage[]> {
    const manager = await jetstreamManager(this.connection, { checkAPI: false });
    const { state } = await manager.streams.info(BUS_STREAMS[stream]);
    const found: BusMessage[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const message = await manager.streams.getMessage(BUS_STREAMS[stream], { seq }).catch(() => null);
      if (message) found.push({ headers: headersOf(message), data: message.data });
    }
    return found;
  }

  /** Messages of a stream that are not acknowledged yet, delivered or not; for work queues. */
  async backlog(stream: keyof typeof BUS_STREAMS): Promise<number> {
    const manager = await jetstreamManager(this.connection, { checkAPI: false });
    return (await manager.streams.info(BUS_STREAMS[stream])).state.messages;
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}

const headersOf = ({ header }: StoredMsg): Record<string, string> =>
  Object.fromEntries([...(header ?? [])].map(([name, values]) => [name, values[0] ?? '']));
