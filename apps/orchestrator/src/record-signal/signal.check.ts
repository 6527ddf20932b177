import { isChannel, PROVIDER_FACT_KINDS, type ProviderSignal } from '@homing/contracts';

const texts = ['provider', 'channel', 'occurredAt', 'providerEventId', 'payloadDigest'] as const;

/** Ingestion made it; this guards against a foreign or older publisher. */
export function isSignal(data: unknown): data is ProviderSignal {
  if (typeof data !== 'object' || data === null) return false;
  const signal = data as Record<string, unknown>;
  if (!PROVIDER_FACT_KINDS.includes(signal['fact'] as never) || !isChannel(signal['channel'])) return false;
  if (signal['subtype'] !== undefined && signal['subtype'] !== 'hard' && signal['subtype'] !== 'soft') return false;
  const words = ['code', 'unknownEvent'].every((name) => signal[name] === undefined || isWord(signal[name]));
  return (
    words &&
    texts.every((name) => isShortText(signal[name])) &&
    Number.isFinite(Date.parse(String(signal['occurredAt'])))
  );
}

/** Codes are words of our own lists: nothing that could hold a sentence or an address gets into an event. */
const isWord = (value: unknown): boolean => typeof value === 'string' && /^[\w.-]{1,64}$/.test(value);
const isShortText = (value: unknown): boolean => typeof value === 'string' && value.length <= 512;
