import { diag, DiagLogLevel, trace } from '@opentelemetry/api';
import { envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { otelTracing } from './otel.tracing.js';
import { useTracing } from './tracing.facade.js';

export interface SdkSettings {
  readonly service: string;
  readonly instance: string;
  /** Spans could not be sent. What the SDK says of it may quote the receiver's answer, so it is not passed on. */
  readonly onTrouble: () => void;
}

/**
 * Traces by the standard `OTEL_*` variables (exporter, endpoint, protocol, headers, sampler, limits). Metrics and logs leave by other
 * ways. Only traceparent is passed on, by ourselves: no baggage. The resource says who, not on what command line.
 */
export function startSdk({ service, instance, onTrouble }: SdkSettings): () => Promise<void> {
  const quiet = () => {};
  diag.setLogger(
    { error: onTrouble, warn: quiet, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  );
  const sdk = new NodeSDK({
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES are read after it, so they win.
    resource: resourceFromAttributes({
      'service.name': service,
      'service.namespace': 'homing',
      'service.instance.id': instance,
    }),
    resourceDetectors: [envDetector],
    textMapPropagator: null,
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  useTracing(otelTracing(trace.getTracer('homing')));
  return async () => {
    useTracing(undefined);
    await sdk.shutdown();
  };
}
