import { describe, expect, it } from '@jest/globals';
import { createLogger, readEnv } from '../index.js';
import { isTracing } from './index.js';
import { isTracingConfigured, startTracing } from './tracing.starter.js';

const endpoint = 'http://127.0.0.1:4318';

describe('tracing', () => {
  it.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/v1/traces` }, true],
    [{ OTEL_TRACES_EXPORTER: 'console' }, true],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, true],
    [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, false],
    [{ OTEL_SDK_DISABLED: 'TRUE', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, false],
  ])('given %j, is configured: %s', (source, configured) =>
    expect(isTracingConfigured(readEnv(source))).toBe(configured),
  );

  it('in production goes to no other machine in clear, unless its host is named', () => {
    const faults = (source: Record<string, string>) => {
      const env = readEnv({ NODE_ENV: 'production', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', ...source });
      isTracingConfigured(env);
      return () => env.check();
    };
    expect(faults({})).toThrow('OTEL_EXPORTER_OTLP_ENDPOINT must be encrypted');
    expect(faults({ ALLOW_PLAINTEXT_HOSTS: 'collector' })).not.toThrow();
  });

  it('loads and does nothing where it is not configured', async () => {
    const logger = createLogger({ service: 's', instance: 'i', level: 'silent' });
    const stop = await startTracing({ name: 's', instance: 'i', logger, env: readEnv({}) });
    expect(isTracing()).toBe(false);
    await stop();
  });
});
