import type { SettingsReader } from '../provider.setup.js';
import type { Tracking } from './html.tracking.js';

const SHORTEST = 32;

/**
 * Keys in force as `TRACKING_KEYS` writes them: at least 32 characters each, comma-separated. The first signs new links, all are believed; one
 * that is taken away breaks the links of every mail it signed.
 */
export function trackingKeysOf(written: string, settings: Pick<SettingsReader, 'fault'>): readonly string[] {
  const keys = written.split(',').flatMap((key) => key.trim() || []);
  if (!keys.every((key) => key.length >= SHORTEST))
    settings.fault('TRACKING_KEYS', `must be keys of at least ${SHORTEST} characters, comma-separated`);
  return keys;
}

/** Our own open pixel and click redirect: on where `TRACKING_BASE_URL` is given. */
export function readTrackingSettings(settings: SettingsReader): Tracking | undefined {
  const baseUrl = settings.url('TRACKING_BASE_URL', { protocols: ['http', 'https'], default: '' });
  const [key] = trackingKeysOf(settings.optionalSecret('TRACKING_KEYS')?.reveal() ?? '', settings);
  if (!baseUrl) return undefined;
  if (key === undefined) settings.fault('TRACKING_KEYS', 'is required where TRACKING_BASE_URL is given');
  return { baseUrl, key: key ?? '' };
}
