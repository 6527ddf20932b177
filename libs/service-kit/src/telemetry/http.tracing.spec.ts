import type { FastifyInstance } from 'fastify';
import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger, type HttpOptions, readEnv, type RunningService, startService } from '../index.js';
import { activeTraceparent, inSpan } from './index.js';
import { keepSpans } from './kept-spans.fixture.js';

@Controller('people')
class PeopleController {
  @Post(':id')
  async write(@Body() body: { size: number }): Promise<number> {
    await inSpan('seal', {}, async () => {});
    return body.size;
  }

  @Get(':id')
  fail(): never {
    throw new Error('ada@example.test');
  }
}

@Module({ controllers: [PeopleController] })
class PeopleModule {}

const trace = '0af7651916cd43dd8448eb211c80319c';
const headers = { 'content-type': 'application/json', traceparent: `00-${trace}-b7ad6b7169203331-01` };
const logger = createLogger({ service: 's', instance: 'i', level: 'silent' });
let kept: ReturnType<typeof keepSpans>;
const services: RunningService[] = [];
const boot = async (http: Partial<HttpOptions> = {}) => {
  const service = await startService({
    name: 's',
    module: PeopleModule,
    env: readEnv({}),
    http: { port: 0, ...http },
    logger,
  });
  services.push(service);
  return service.url;
};

beforeAll(() => void (kept = keepSpans()));
afterAll(async () => {
  for (const service of services) await service.stop();
  kept.stop();
});

/** Of the trace that the requests of one test made. */
const ofTrace = (traceId: string) => kept.spans().filter((span) => span.spanContext().traceId === traceId);

describe('a request', () => {
  it('is still the active span for whoever logs its end', async () => {
    const active: (string | undefined)[] = [];
    const service = await startService({
      name: 's',
      module: PeopleModule,
      env: readEnv({}),
      http: { port: 0 },
      logger,
      configure: (app) => {
        const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
        server.addHook('onResponse', async () => void active.push(activeTraceparent()));
      },
    });
    services.push(service);
    await fetch(`${service.url}/people/1`, { method: 'POST', headers, body: '{"size":1}' });
    expect(active).toEqual([expect.stringContaining(trace)]);
  });

  it('goes on from its caller, and what the handler does after the body was read belongs to it', async () => {
    const url = await boot();
    const body = JSON.stringify({ size: 1, filler: 'x'.repeat(200_000) });
    const answer = await fetch(`${url}/people/ada@example.test?q=ada@example.test`, { method: 'POST', headers, body });
    expect(answer.status).toBe(201);
    const [seal, request] = [kept.named('seal'), kept.named('POST /people/:id')];
    expect(request.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(seal.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
    expect(request.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/people/:id',
      'http.response.status_code': 201,
    });
  });

  it('begins a trace where callers are strangers', async () => {
    const url = await boot({ continueTraces: false });
    const before = ofTrace(trace).length;
    await fetch(`${url}/people/1`, { method: 'POST', headers, body: '{}' });
    expect(ofTrace(trace)).toHaveLength(before);
    expect(kept.spans().filter((span) => span.name === 'POST /people/:id' && !span.parentSpanContext)).toHaveLength(1);
  });

  it('is marked where it failed for our sake, without a word of why', async () => {
    const url = await boot();
    await fetch(`${url}/people/1`);
    const { status, attributes } = kept.named('GET /people/:id');
    expect(status.code).toBe(2);
    expect(JSON.stringify(attributes)).not.toContain('example.test');
  });

  it('has no span when it asks for health, metrics or an event stream', async () => {
    const url = await boot();
    const before = kept.spans().length;
    await fetch(`${url}/health/live`);
    await fetch(`${url}/metrics`);
    await fetch(`${url}/people/1`, { headers: { accept: 'text/event-stream' } });
    expect(kept.spans()).toHaveLength(before);
  });
});
