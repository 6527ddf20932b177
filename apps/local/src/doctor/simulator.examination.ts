import { finding, type Examination } from '@homing/doctor';

/** Longest wait for an answer in milliseconds. */
const patienceMs = 10_000;

/** What is not 0, empty or the default of a provider on its best day makes the simulator misbehave. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  'throttle.retryAfterSeconds': 1,
  'activity.allowed': true,
};
/** Settings that say how, not whether. */
const MANNERS: ReadonlySet<string> = new Set([
  'throttle.style',
  'webhook.batchSize',
  'webhook.gatherMs',
  'activity.perMinute',
  'activity.delayMs',
]);

/** Does the simulator behave as a provider on its best day? */
export const examineSimulator = (url: string): Examination => ({
  subject: 'simulator behaviour',
  needs: ['provider-simulator'],
  look: async () => {
    const response = await fetch(`${url}/_behaviour`, { signal: AbortSignal.timeout(patienceMs) });
    const shown = (await response.json()) as Readonly<Record<string, unknown>>;
    const unusual = Object.entries(shown).flatMap(([provider, behaviour]) =>
      settingsOf(behaviour)
        .filter(isUnusual)
        .map(([name, value]) => `${provider} ${name} = ${JSON.stringify(value)}`),
    );
    const findings = unusual.length > 0 ? [finding('SIMULATOR_MISBEHAVES', unusual.join(', '))] : [];
    return { findings, note: 'its best day' };
  },
});

type Setting = readonly [name: string, value: unknown];

const settingsOf = (behaviour: unknown, before = ''): Setting[] =>
  Object.entries(behaviour as Readonly<Record<string, unknown>>).flatMap(([name, value]): Setting[] =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && name !== 'errorRates'
      ? settingsOf(value, `${before}${name}.`)
      : [[`${before}${name}`, value]],
  );

function isUnusual([name, value]: Setting): boolean {
  if (MANNERS.has(name)) return false;
  if (name in DEFAULTS) return value !== DEFAULTS[name];
  return typeof value === 'object' ? Object.keys(value ?? {}).length > 0 : Boolean(value);
}
