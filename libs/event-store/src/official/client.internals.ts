import { EventStoreDBClient } from '@eventstore/db-client';
import type { Channel, CallOptions, Client, Metadata } from '@grpc/grpc-js';

/**
 * The protected half of the official client that its own append uses: connection, discovery, leader following,
 * credentials. The batch append of 6.2.1 itself cannot be used in a server: it never times out, it answers one
 * connection's loss on every other, and it throws out of the process when an answer comes for a call it has already
 * given up. So this room keeps the books of the append stream and leaves the connection to the client.
 */
interface ClientInternals {
  GRPCStreamCreator<C extends Client, T>(
    client: new (...args: never[]) => C,
    name: string,
    creator: (client: C) => T,
  ): () => Promise<T>;
  callArguments(options: { requiresLeader?: boolean }, callOptions: CallOptions): [Metadata, CallOptions];
  getChannel(): Promise<Channel>;
}

/** @throws Error when the installed client no longer has what this room leans on: the version is pinned for that reason. */
export function internalsOf(client: EventStoreDBClient): ClientInternals {
  const internals = client as unknown as ClientInternals;
  for (const name of ['GRPCStreamCreator', 'callArguments', 'getChannel'] as const) {
    if (typeof internals[name] !== 'function') throw new Error(`@eventstore/db-client no longer has ${name}`);
  }
  return internals;
}

/** The one client of this process, replaceable: a wedged connection is left behind, never waited for. */
export class ClientHolder {
  private client: EventStoreDBClient;

  constructor(private readonly url: string) {
    this.client = EventStoreDBClient.connectionString(url);
    internalsOf(this.client);
  }

  current(): EventStoreDBClient {
    return this.client;
  }

  /** Replaces `wedged` unless somebody already has. Reads and subscriptions open on it run on until they fail themselves. */
  renew(wedged: EventStoreDBClient): void {
    if (this.client !== wedged) return;
    this.client = EventStoreDBClient.connectionString(this.url);
    closeChannel(wedged);
  }

  async dispose(): Promise<void> {
    await this.client.dispose();
    closeChannel(this.client);
  }
}

function closeChannel(client: EventStoreDBClient): void {
  internalsOf(client)
    .getChannel()
    .then(
      (channel) => channel.close(),
      () => undefined,
    );
}
