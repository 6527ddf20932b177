import { finding, type Examination, type Finding } from '../finding.js';
import { readSeries } from './metrics.reading.js';

/** Calls each provider has refused for our credentials, as a gateway counts them. `metrics`: what its /metrics says. */
export const examineProviders = (metrics: () => Promise<string>, gateway: string): Examination => ({
  subject: `providers of ${gateway}`,
  needs: [gateway],
  look: async () => {
    const text = await metrics();
    const refused = [...refusedLogins(text)].map(([provider, count]): Finding =>
      finding('PROVIDER_REFUSES_LOGIN', `${provider}: ${count} calls`),
    );
    return {
      findings: [...refused, ...stopped(text), ...short(text)],
      note: 'none refuses our credentials, none is stopped',
    };
  },
});

/** Providers that get nothing; a failure where no other of their channel gets anything. */
function stopped(text: string): Finding[] {
  const shares = readSeries(text, 'homing_provider_share');
  return shares.flatMap(({ labels: { provider = '', channel = '' }, value }) => {
    if (value > 0) return [];
    const stoodIn = shares.some((other) => other.labels['channel'] === channel && other.value > 0);
    return [finding('PROVIDER_STOPPED', `${channel}: ${provider}`, stoodIn ? 'warn' : 'fail')];
  });
}

/** Seconds after which messages that find no turn are more than a burst. */
const LONG_SHORT_SECONDS = 120;

const short = (text: string): Finding[] =>
  readSeries(text, 'homing_provider_turns_short_seconds').flatMap(({ labels: { provider = '' }, value }) =>
    value < LONG_SHORT_SECONDS ? [] : [finding('RATE_TOO_LOW', `${provider}: for ${Math.round(value)} s`)],
  );

function refusedLogins(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { labels, value } of readSeries(text, 'homing_provider_call_seconds_count')) {
    const { provider = '' } = labels;
    if (labels['class'] === 'auth' && value > 0) counts.set(provider, (counts.get(provider) ?? 0) + value);
  }
  return counts;
}
