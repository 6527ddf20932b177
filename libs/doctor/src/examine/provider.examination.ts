import { finding, type Examination, type Finding } from '../finding.js';

/** Calls each provider has refused for our credentials, as a gateway counts them. `metrics`: what its /metrics says. */
export const examineProviders = (metrics: () => Promise<string>, gateway: string): Examination => ({
  subject: `providers of ${gateway}`,
  needs: [gateway],
  look: async () => {
    const refused = refusedLogins(await metrics());
    const findings = [...refused].map(([provider, count]): Finding =>
      finding('PROVIDER_REFUSES_LOGIN', `${provider}: ${count} calls`),
    );
    return { findings, note: 'none refuses our credentials' };
  },
});

function refusedLogins(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, labels = '', value = '0'] of text.matchAll(/^homing_provider_call_seconds_count\{([^}]*)\} (\d+)/gm)) {
    const provider = /provider="([^"]*)"/.exec(labels)?.[1] ?? '';
    if (labels.includes('class="auth"') && Number(value) > 0)
      counts.set(provider, (counts.get(provider) ?? 0) + Number(value));
  }
  return counts;
}
