import type { ServerResponse } from 'node:http';
import type { TimelineRow } from '@homing/read-model';
import { eventMessage, heartbeat, opening } from './event.message.js';

export interface StreamOptions {
  readonly heartbeatMs: number;
  /** Called with each sign of life; false ends the stream (the key was revoked). */
  readonly stillAllowed: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

const drainLimitMs = 60_000;

/**
 * Writes a feed as server-sent events until it ends, the client goes or `signal` aborts. Waits for a slow client to read
 * (a minute at most for one batch), so nothing piles up here. Never rejects because the client went.
 */
export async function writeEvents(
  response: ServerResponse,
  feed: AsyncIterable<readonly TimelineRow[]>,
  options: StreamOptions,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
  response.write(opening);
  const pulse = setInterval(() => {
    if (!response.writableNeedDrain) response.write(heartbeat);
    options.stillAllowed().then(
      (allowed) => (allowed ? undefined : response.end()),
      () => {}, // the registry is down: decided at the next sign of life
    );
  }, options.heartbeatMs);
  try {
    for await (const rows of feed) {
      if (response.writableEnded || response.destroyed) return;
      if (!response.write(rows.map(eventMessage).join(''))) await drained(response, options.signal);
    }
  } finally {
    clearInterval(pulse);
    response.end();
  }
}

/** Resolves when the client has read on, or is gone; one that reads nothing for a minute is cut off. */
function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cutOff = (): void => void response.destroy();
    const timer = setTimeout(cutOff, drainLimitMs);
    const done = (): void => {
      clearTimeout(timer);
      for (const event of ['drain', 'close'] as const) response.off(event, done);
      signal.removeEventListener('abort', cutOff);
      resolve();
    };
    for (const event of ['drain', 'close'] as const) response.once(event, done);
    signal.addEventListener('abort', cutOff, { once: true });
    if (signal.aborted || response.destroyed) done();
  });
}
