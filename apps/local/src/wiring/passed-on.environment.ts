/** What services inherit from whoever started the launcher; no credentials, no addresses. */
const names = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'NO_COLOR'];
/** Tuning of single services, for trying things out. */
const tuning = [
  'RATE_LIMIT_PER_SECOND',
  'RATE_LIMIT_BURST',
  'DECISION_WAIT_MS',
  'FEED_POLL_MS',
  'HEARTBEAT_MS',
  'SIMULATOR_SEED',
  'SIMULATOR_RETRY_MS',
  'STREAMS_PER_KEY',
  'WEBHOOK_ACCOUNTS_PER_TENANT',
  'WAKE_EVERY_MS',
  'REFEED_AFTER_MS',
  'BATCH_WINDOW',
  'RECLAIM_AFTER_MS',
  'CONVERSION_WINDOW_DAYS',
  'DISPATCH_WINDOW',
  'PROVIDER_TIMEOUT_MS',
  'CHANNEL_PROVIDERS',
  'SANDBOX_LINKEDIN_PARTNER',
  'CONSENT_REQUIRED',
  'PROVIDER_RATES',
  'MAILGUN_LOOKUP',
  'MAILGUN_LOOKUP_AFTER_SECONDS',
  'SENDGRID_LOOKUP',
  'SENDGRID_MAX_BATCH',
  'SENDGRID_LOOKUP_AFTER_SECONDS',
  'WEBHOOK_MAX_CONCURRENT',
  'STATE_CACHE_SIZE',
  'DESK_TIDY_MS',
  'DESK_WAIT_MS',
  'REPAIR_SUPPRESSIONS_MS',
];
const passed = new Set([...names, ...tuning]);
/** Telemetry settings and, for reliability tests, the points at which a service kills itself. */
const prefixes = ['OTEL_', 'HOMING_CRASH_'];
/** Every service has a name of its own. */
const kept = new Set(['OTEL_SERVICE_NAME']);

export function passedOn(environment: NodeJS.ProcessEnv): Record<string, string> {
  const found = Object.entries(environment).filter(
    ([name, value]) =>
      value !== undefined &&
      !kept.has(name) &&
      (passed.has(name) || prefixes.some((prefix) => name.startsWith(prefix))),
  ) as [string, string][];
  return {
    ...Object.fromEntries(found),
    NODE_ENV: environment['NODE_ENV'] === 'test' ? 'test' : 'development',
    LOG_LEVEL: environment['LOG_LEVEL'] || 'info',
  };
}
