import { UNSUBSCRIBE_KEY_MIN, unsubscribeKeysOf } from '@homing/channels';
import type { Env } from '@homing/service-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { ForgeryLimit } from './forgery.limit.js';
import { RecentPresses } from './recent.presses.js';
import type { UnsubscribeSurface } from './unsubscribe.controller.js';
import { PRESS_LIMIT, type UnsubscribeParts } from './unsubscribe.receiver.js';

/** The keys whose links are honoured; none where nobody gave any. */
export function readUnsubscribeKeys(env: Pick<Env, 'optionalSecret' | 'fault'>): readonly string[] {
  const keys = unsubscribeKeysOf(env.optionalSecret('UNSUBSCRIBE_KEYS')?.reveal() ?? '');
  if (keys.some((key) => key.length < UNSUBSCRIBE_KEY_MIN))
    env.fault('UNSUBSCRIBE_KEYS', `must be keys of at least ${UNSUBSCRIBE_KEY_MIN} characters, comma-separated`);
  return keys;
}

type Given = Pick<UnsubscribeParts, 'keys' | 'publish'>;

export function unsubscribeParts(given: Given): UnsubscribeSurface {
  const monotonic = () => performance.now();
  return { ...given, recent: new RecentPresses(monotonic), forgeries: new ForgeryLimit(monotonic), now: Date.now };
}

/** A press is small: nobody holds more here. Before the routes are made. */
export function boundPresses(app: NestFastifyApplication): void {
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  server.addHook('onRoute', (route) => {
    if (route.url === '/u/:token') route.bodyLimit = PRESS_LIMIT;
  });
}
