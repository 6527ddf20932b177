import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isOwn } from './http.metrics.js';
import { readTraceparent } from './trace.context.js';
import { beginSpan, isTracing, type OpenSpan } from './tracing.facade.js';

export interface RequestTracing {
  /** False: whatever `traceparent` a caller sends, the trace begins here. For callers nobody knows. Default true. */
  readonly continueTraces?: boolean;
}

/**
 * A span for each request, named by method and route; goes on from the caller's `traceparent`. Paths, queries, addresses and
 * headers stay out of it. Health, metrics and event streams have none. Without tracing no hook is added.
 */
export function traceRequests(server: FastifyInstance, { continueTraces = true }: RequestTracing): void {
  if (!isTracing()) return;
  const open = new WeakMap<FastifyRequest, OpenSpan>();
  server.addHook('onRequest', (request, _reply, done) => {
    const span = begin(request, continueTraces);
    if (!span) return done();
    open.set(request, span);
    span.within(done);
  });
  // Reading the body ends in the connection's own context: back into the request's.
  server.addHook('preHandler', (request, _reply, done) => {
    const span = open.get(request);
    if (span) span.within(done);
    else done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    const span = open.get(request);
    span?.set({ 'http.response.status_code': reply.statusCode });
    if (reply.statusCode >= 500) span?.fail(String(reply.statusCode));
    span?.end();
    // Whoever logs the request after this names its trace.
    if (span) span.within(done);
    else done();
  });
  server.addHook('onRequestAbort', (request, done) => {
    const span = open.get(request);
    span?.fail('request_aborted');
    span?.end();
    done();
  });
}

function begin(request: FastifyRequest, continueTraces: boolean): OpenSpan | undefined {
  const { method, headers, routeOptions } = request;
  const route = routeOptions.url;
  if (isOwn(route ?? '') || headers.accept === 'text/event-stream') return undefined;
  const given = continueTraces ? headers['traceparent'] : undefined;
  const parent = typeof given === 'string' && readTraceparent(given) ? given : null;
  const attributes = { 'http.request.method': method, ...(route === undefined ? {} : { 'http.route': route }) };
  return beginSpan(route === undefined ? method : `${method} ${route}`, { kind: 'server', parent, attributes });
}
