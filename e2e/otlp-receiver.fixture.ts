import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One span as a service exported it. */
export interface ExportedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: the first of its trace. */
  readonly parentSpanId: string;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: Readonly<Record<string, string | number>>;
}

interface Value {
  readonly stringValue?: string;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
}
interface KeyValue {
  readonly key: string;
  readonly value: Value;
}
interface Exported {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeSpans?: readonly {
      readonly spans?: readonly (Omit<ExportedSpan, 'attributes'> & { attributes?: KeyValue[] })[];
    }[];
  }[];
}

/** What collects traces in production: OTLP over HTTP, here as JSON, on a free port of this machine. */
export class OtlpReceiver {
  readonly spans: ExportedSpan[] = [];
  /** Everything that was posted, byte for byte. */
  readonly bodies: string[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<OtlpReceiver> {
    const server = createServer();
    const receiver = new OtlpReceiver(server);
    server.on('request', (request, response) => {
      void bodyOf(request).then((body) => {
        receiver.#take(body);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  /** What a service is told, to send its traces here soon. */
  get environment(): Record<string, string> {
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    };
  }

  ofTrace(traceId: string): ExportedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #take(body: string): void {
    this.bodies.push(body);
    const { resourceSpans = [] } = JSON.parse(body) as Exported;
    for (const { resource, scopeSpans = [] } of resourceSpans) {
      const service = String(read(resource?.attributes)['service.name']);
      for (const { spans = [] } of scopeSpans) {
        for (const { name, traceId, spanId, parentSpanId = '', links = [], attributes } of spans) {
          this.spans.push({ service, name, traceId, spanId, parentSpanId, links, attributes: read(attributes) });
        }
      }
    }
  }
}

const read = (attributes: readonly KeyValue[] = []): Record<string, string | number> =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue ?? value.doubleValue)]),
  );

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
