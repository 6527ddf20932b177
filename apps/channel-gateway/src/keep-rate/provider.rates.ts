/** Messages a second, by provider. */
export type ProviderRates = ReadonlyMap<string, number>;

export const PROVIDER_RATES_FORM =
  'must be <provider>:<messages a second>;... with each provider once and a number from 0.01 to 100000';

/** Reads `sendgrid:100;twilio:0.5`; undefined where it is not of the form. */
export function readProviderRates(text: string): ProviderRates | undefined {
  const rates = new Map<string, number>();
  for (const part of text.split(';').map((each) => each.trim())) {
    if (part === '') continue;
    const [, provider = '', written = ''] = /^([a-z][a-z0-9_]{0,39})\s*:\s*(\d{1,6}(?:\.\d{1,3})?)$/.exec(part) ?? [];
    const rate = Number(written);
    if (provider === '' || rates.has(provider) || rate < 0.01 || rate > 100_000) return undefined;
    rates.set(provider, rate);
  }
  return rates;
}
