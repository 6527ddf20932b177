/** What services inherit from whoever started the launcher; no credentials, no addresses. */
const names = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'NO_COLOR'];
/** Telemetry settings and, for reliability tests, the points at which a service kills itself. */
const prefixes = ['OTEL_', 'HOMING_CRASH_'];

export function passedOn(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const passed = Object.entries(environment).filter(
    ([name, value]) =>
      value !== undefined && (names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix))),
  ) as [string, string][];
  return {
    ...Object.fromEntries(passed),
    NODE_ENV: environment['NODE_ENV'] === 'test' ? 'test' : 'development',
    LOG_LEVEL: environment['LOG_LEVEL'] || 'info',
  };
}
