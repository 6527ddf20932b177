import { UNSUBSCRIBE_KEY_MIN, unsubscribeKeysOf, type UnsubscribeLinks } from '@homing/channels';
import type { Env } from '@homing/service-kit';

/** What one-click links are made with; undefined where no address was given: then emails carry none. */
export function readUnsubscribeLinks(
  env: Pick<Env, 'optionalSecret' | 'url' | 'string' | 'fault' | 'production'>,
): UnsubscribeLinks | undefined {
  const keys = unsubscribeKeysOf(env.optionalSecret('UNSUBSCRIBE_KEYS')?.reveal() ?? '');
  const protocols = env.production ? ['https'] : ['https', 'http'];
  const baseUrl = env.url('UNSUBSCRIBE_BASE_URL', { default: '', protocols });
  const mailto = env.string('UNSUBSCRIBE_MAILTO', { default: '', pattern: /^[^\s<>,?@]+@[^\s<>,?@]+$/ });
  const [key] = keys;
  if (keys.some((each) => each.length < UNSUBSCRIBE_KEY_MIN))
    env.fault('UNSUBSCRIBE_KEYS', `must be keys of at least ${UNSUBSCRIBE_KEY_MIN} characters, comma-separated`);
  if (baseUrl === '') return undefined;
  if (key === undefined) {
    env.fault('UNSUBSCRIBE_KEYS', 'is required where UNSUBSCRIBE_BASE_URL is given');
    return undefined;
  }
  return { baseUrl, key, ...(mailto === '' ? {} : { mailto }) };
}
