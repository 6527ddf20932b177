import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** One HTTP call and what can be done with it: answer it, or let it die. Doing neither leaves it hanging. */
export class Exchange {
  readonly url: URL;

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
  ) {
    this.url = urlOf(request.url ?? '/');
  }

  get method(): string {
    return this.request.method ?? 'GET';
  }

  get path(): string {
    return this.url.pathname;
  }

  get headers(): IncomingHttpHeaders {
    return this.request.headers;
  }

  /** The whole body; undefined when it is larger than `limit` bytes. */
  async body(limit: number): Promise<Buffer | undefined> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
    }
    return size <= limit ? Buffer.concat(chunks) : undefined;
  }

  answer(status: number, body: string, headers: Record<string, string> = {}): void {
    this.response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
  }

  json(status: number, value: unknown): void {
    this.answer(status, JSON.stringify(value), { 'content-type': 'application/json' });
  }

  /** Writes a long answer piece by piece, at the reader's pace. */
  async stream(type: string, pieces: AsyncIterable<string>): Promise<void> {
    this.response.writeHead(200, { 'content-type': type });
    for await (const piece of pieces) {
      if (!this.response.write(piece))
        await new Promise((resolve) => this.response.once('drain', resolve).once('close', resolve));
      if (this.response.destroyed) return;
    }
    this.response.end();
  }

  /** Destroys the connection without an answer. */
  drop(): void {
    this.request.socket.destroy();
  }
}

/** A path that begins with two slashes names no host, and whatever cannot be read is a path nobody answers to. */
const urlOf = (target: string): URL =>
  URL.parse(target.startsWith('/') ? `http://simulator${target}` : target) ?? new URL('http://simulator/-');

/** The paths of one provider. */
export interface ProviderRoutes {
  readonly provider: string;
  handles(path: string): boolean;
  handle(exchange: Exchange): Promise<void>;
}
