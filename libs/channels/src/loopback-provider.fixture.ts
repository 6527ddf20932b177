// A provider on loopback whose answers a test picks one call at a time. Real HTTP, no provider behaviour of its own.
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenCall {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** Of a mail server: its reply code, `at` which command (default `DATA`) among the headers, its text as the body. */
export type Answer =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'hang'
  | 'drop-after-reading';

/** What the universal suite needs of a provider on loopback, whatever it speaks. */
export interface LoopbackServer {
  readonly calls: readonly SeenCall[];
  /** What every following call gets. */
  answer: Answer;
  /** Calls whose connection the caller gave up. */
  readonly abandoned: number;
  readonly url: string;
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export class LoopbackProvider implements LoopbackServer {
  readonly calls: SeenCall[] = [];
  /** What every following call gets. */
  answer: Answer = { status: 202 };
  /** Calls whose connection the caller gave up. */
  abandoned = 0;
  readonly #waiting: (() => void)[] = [];

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<LoopbackProvider> {
    const server = http.createServer();
    const provider = new LoopbackProvider(server);
    server.on('request', (request, response) => void provider.#serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Resolves when `condition` holds; looked at after every call and every abandoned connection. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.calls.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.once('close', () => {
      if (!response.writableFinished) this.abandoned++;
      this.#wake();
    });
    if (this.answer === 'drop-after-reading') request.socket.destroy();
    else if (this.answer !== 'hang') response.writeHead(this.answer.status, this.answer.headers).end(this.answer.body);
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
