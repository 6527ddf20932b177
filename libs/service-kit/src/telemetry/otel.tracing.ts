import {
  type Attributes,
  type Context,
  context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind as OtelKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { toSafeError } from '../safe-error.serializer.js';
import { safeAttributes, type SpanAttributes } from './span.attributes.js';
import { readTraceparent, writeTraceparent } from './trace.context.js';
import type { OpenSpan, SpanKind, SpanSettings, Tracing } from './tracing.facade.js';

const kinds: Readonly<Record<SpanKind, OtelKind>> = {
  internal: OtelKind.INTERNAL,
  server: OtelKind.SERVER,
  client: OtelKind.CLIENT,
  producer: OtelKind.PRODUCER,
  consumer: OtelKind.CONSUMER,
};

/** The facade over OpenTelemetry's API; needs its context manager in place. Loaded only where traces are kept. */
export function otelTracing(tracer: Tracer): Tracing {
  const begin = (name: string, settings: SpanSettings, startedAt?: number): OtelSpan | undefined => {
    const parent = parentOf(settings.parent);
    if (settings.onlyInTrace && !trace.getSpanContext(parent)) return undefined;
    const { kind = 'internal', attributes = {}, links = [] } = settings;
    const span = tracer.startSpan(
      name,
      {
        kind: kinds[kind],
        attributes: safeAttributes(attributes) as Attributes,
        links: links.flatMap(linkOf),
        ...(startedAt === undefined ? {} : { startTime: new Date(startedAt) }),
      },
      parent,
    );
    return new OtelSpan(span, trace.setSpan(parent, span));
  };
  return {
    begin,
    note: (name, settings, { from, to }) => begin(name, settings, from)?.end(to),
    run: async (name, settings, work) => {
      const span = begin(name, settings);
      if (!span) return work({ traceparent: undefined, set: () => {}, fail: () => {} });
      return span.within(async () => {
        try {
          return await work(span);
        } catch (error) {
          const { code, type } = toSafeError(error);
          span.fail(String(code ?? type));
          throw error;
        } finally {
          span.end();
        }
      });
    },
    active: () => {
      const active = trace.getSpanContext(context.active());
      if (!active) return undefined;
      const { traceId, spanId } = active;
      return { traceId, spanId, traceparent: writeTraceparent({ traceId, spanId, flags: active.traceFlags }) };
    },
    detached: (work) => context.with(ROOT_CONTEXT, work),
  };
}

class OtelSpan implements OpenSpan {
  readonly traceparent: string;

  constructor(
    private readonly span: Span,
    private readonly context: Context,
  ) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.traceparent = writeTraceparent({ traceId, spanId, flags: traceFlags });
  }

  set(attributes: SpanAttributes): void {
    this.span.setAttributes(safeAttributes(attributes));
  }

  fail(errorType: string): void {
    this.set({ 'error.type': errorType });
    this.span.setStatus({ code: SpanStatusCode.ERROR });
  }

  within<T>(work: () => T): T {
    return context.with(this.context, work);
  }

  /** @param at milliseconds of the epoch; default now */
  end(at?: number): void {
    this.span.end(at === undefined ? undefined : new Date(at));
  }
}

function parentOf(parent: string | null | undefined): Context {
  if (parent === null) return ROOT_CONTEXT;
  const read = readTraceparent(parent);
  if (!read) return context.active();
  const { traceId, spanId, flags } = read;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: flags, isRemote: true });
}

function linkOf(traceparent: string | undefined): Link[] {
  const read = readTraceparent(traceparent);
  if (!read) return [];
  const { traceId, spanId, flags } = read;
  return [{ context: { traceId, spanId, traceFlags: flags, isRemote: true } }];
}
