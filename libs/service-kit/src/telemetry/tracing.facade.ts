import { readTraceparent } from './trace.context.js';
import type { SpanAttributes } from './span.attributes.js';

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanSettings {
  /** Default `internal`. */
  readonly kind?: SpanKind;
  /** W3C `traceparent` to go on from. Default (undefined): the span that is active here. `null`: none, a trace of its own. */
  readonly parent?: string | null | undefined;
  /** Spans of other traces that led here, as `traceparent`; undefined ones are left out. */
  readonly links?: readonly (string | undefined)[];
  readonly attributes?: SpanAttributes;
  /** True: without a parent there is no span, so that what nobody follows makes no trace. Default false. */
  readonly onlyInTrace?: boolean;
}

export interface SpanHandle {
  /** Names this span to whoever goes on from it: the bus, an event. The given parent's where no trace is kept here. */
  readonly traceparent: string | undefined;
  set(attributes: SpanAttributes): void;
  /** Marks the span as failed; a thrown error does so by itself. */
  fail(errorType: string): void;
}

/** A span that is ended by hand, for work that is no function: a request between hooks. */
export interface OpenSpan extends SpanHandle {
  /** Runs the work with this span as the active one. */
  within<T>(work: () => T): T;
  end(): void;
}

export interface Tracing {
  begin(name: string, settings: SpanSettings): OpenSpan | undefined;
  /** A span of something that is over already, in milliseconds of the epoch. */
  note(name: string, settings: SpanSettings, took: { readonly from: number; readonly to: number }): void;
  run<T>(name: string, settings: SpanSettings, work: (span: SpanHandle) => Promise<T>): Promise<T>;
  active(): { readonly traceId: string; readonly spanId: string; readonly traceparent: string } | undefined;
  detached<T>(work: () => T): T;
}

let tracing: Tracing | undefined;

/** Switches tracing on for this process, or off with undefined. `startTracing` calls it. */
export function useTracing(given: Tracing | undefined): void {
  tracing = given;
}

/** False unless tracing was configured; then everything below does next to nothing. */
export const isTracing = (): boolean => tracing !== undefined;

/**
 * Does the work in a span of its own: `await inSpan('decide', { parent, attributes }, async (span) => ...)`. The span is active in
 * everything the work awaits and ends with it; what is thrown marks it by class and code and is thrown on.
 */
export function inSpan<T>(name: string, settings: SpanSettings, work: (span: SpanHandle) => Promise<T>): Promise<T> {
  return tracing ? tracing.run(name, settings, work) : work(untraced(settings.parent));
}

/** Undefined where no trace is kept, or none is to be begun. */
export function beginSpan(name: string, settings: SpanSettings): OpenSpan | undefined {
  return tracing?.begin(name, settings);
}

export function noteSpan(name: string, settings: SpanSettings, took: { from: number; to: number }): void {
  tracing?.note(name, settings, took);
}

/** The span that is active here, as W3C `traceparent`. */
export const activeTraceparent = (): string | undefined => tracing?.active()?.traceparent;

/**
 * What a request that came with this `traceparent` header is to hand on: the span active here, and where no trace is kept the
 * caller's own, if it is one.
 */
export const handedOn = (header: unknown): string | undefined =>
  activeTraceparent() ?? (typeof header === 'string' && readTraceparent(header) ? header : undefined);

/** Runs the work without an active span: what works for several callers at once belongs to none of them. */
export const detached = <T>(work: () => T): T => (tracing ? tracing.detached(work) : work());

/** For log lines. */
export function traceFields(): { trace_id: string; span_id: string } | undefined {
  const active = tracing?.active();
  return active && { trace_id: active.traceId, span_id: active.spanId };
}

const nothing = () => {};
const silent: SpanHandle = { traceparent: undefined, set: nothing, fail: nothing };

/** Passes a trace on that others keep. */
export const untraced = (parent: string | null | undefined): SpanHandle =>
  parent ? { ...silent, traceparent: parent } : silent;
