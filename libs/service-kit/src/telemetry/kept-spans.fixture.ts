import { context, type HrTime, type SpanContext, type SpanStatus } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { otelTracing } from './otel.tracing.js';
import { useTracing } from './tracing.facade.js';

export interface KeptSpan {
  readonly name: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly context: SpanContext }[];
  readonly status: SpanStatus;
  readonly startTime: HrTime;
  readonly events: readonly unknown[];
  readonly parentSpanContext?: SpanContext | undefined;
  spanContext(): SpanContext;
}

/** Switches tracing on for this test file, with the real SDK; what has ended is found in `spans()`. */
export function keepSpans(): { spans: () => readonly KeptSpan[]; named: (name: string) => KeptSpan; stop: () => void } {
  const manager = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(manager);
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  useTracing(otelTracing(provider.getTracer('test')));
  const spans = () => exporter.getFinishedSpans() as readonly KeptSpan[];
  return {
    spans,
    named: (name) => {
      const found = spans().find((span) => span.name === name);
      if (!found)
        throw new Error(
          `no span ${name} among ${spans()
            .map((span) => span.name)
            .join(', ')}`,
        );
      return found;
    },
    stop: () => {
      useTracing(undefined);
      context.disable();
    },
  };
}
