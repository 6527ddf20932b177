import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** A route to a server that can fall silent: nothing comes through any more, and nobody is told. */
export class SilentRoute {
  #silent = false;
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async to(target: { readonly host: string; readonly port: number }): Promise<SilentRoute> {
    const server = createServer({ allowHalfOpen: true });
    const route = new SilentRoute(server);
    server.on('connection', (near) => {
      const far = connect({ ...target, allowHalfOpen: true });
      route.#pass(near, far);
      route.#pass(far, near);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return route;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The same URL by way of this route. */
  instead(url: string): string {
    const through = new URL(url);
    through.host = `127.0.0.1:${this.port}`;
    return through.href;
  }

  fallSilent(): void {
    this.#silent = true;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  #pass(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('data', (bytes) => this.#silent || to.write(bytes));
    from.on('end', () => this.#silent || to.end());
    from.on('error', () => undefined);
  }
}
