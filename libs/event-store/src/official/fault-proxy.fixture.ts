import { Conditions } from '../condition.fixture.js';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** A wire that can be cut: stands between a client and a server on TCP, and counts what it did. */
export class FaultProxy {
  readonly counts = { connections: 0, cut: 0, refused: 0 };
  private readonly conditions = new Conditions();
  private readonly sockets = new Set<Socket>();
  private newest: Socket | undefined;
  private mode: 'open' | 'refusing' | 'frozen' = 'open';

  private constructor(
    private readonly server: Server,
    readonly port: number,
    /** Where new connections lead. */
    public target: number,
  ) {}

  static async start(targetPort: number): Promise<FaultProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new FaultProxy(server, (server.address() as AddressInfo).port, targetPort);
    server.on('connection', (socket) => proxy.accept(socket));
    return proxy;
  }

  /** Resets every open connection at once; new ones are accepted again. */
  cut(): void {
    for (const socket of this.sockets) {
      if (!socket.destroyed) this.counts.cut += 1;
      socket.resetAndDestroy();
    }
    this.sockets.clear();
  }

  /** From now on connections are reset as soon as they are made. */
  refuse(): void {
    this.mode = 'refusing';
    this.cut();
  }

  /** Connections stay open and carry nothing any more; new ones are held just so. */
  freeze(): void {
    this.mode = 'frozen';
    for (const socket of this.sockets) socket.pause();
  }

  /** Resets only the connection made last; those before it stay as they are. */
  cutNewest(): void {
    this.counts.cut += 1;
    this.newest?.resetAndDestroy();
  }

  heal(): void {
    this.mode = 'open';
  }

  /** Resolves once the condition on `counts` holds. */
  until(condition: () => boolean): Promise<void> {
    return this.conditions.until(condition);
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private accept(socket: Socket): void {
    if (this.mode === 'refusing') {
      this.counts.refused += 1;
      socket.resetAndDestroy();
      this.conditions.changed();
      return;
    }
    this.counts.connections += 1;
    this.newest = socket;
    this.conditions.changed();
    const target = connect(this.target, '127.0.0.1');
    const carry = (from: Socket, to: Socket): void => {
      this.sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (chunk) => void (this.mode === 'frozen' ? undefined : to.write(chunk)));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
    };
    carry(socket, target);
    carry(target, socket);
  }
}
