import { httpPost } from './http.post.js';
import type { PendingEvent, Post } from './webhook.outbox.js';

/** One event as one provider posts it. */
export interface SingleEvent {
  readonly url: string;
  readonly body: Buffer;
  readonly headers: Record<string, string>;
}

/**
 * For providers that post every event by itself. A repeat posts only what was not taken before, made anew each time (some sign the
 * moment of each try). Undefined from `tell`: the provider has no word for it.
 *
 * @param settled the status after which this provider does not come again; default 2xx
 */
export const singleEventPost =
  (
    tell: (event: PendingEvent, unsigned: boolean) => SingleEvent | undefined,
    settled: (status: number) => boolean = (status) => status >= 200 && status < 300,
  ): Post =>
  (events, unsigned) => {
    const open = new Set(events.filter((event) => tell(event, unsigned) !== undefined));
    return async () => {
      let worst: number | undefined = 204;
      for (const event of [...open]) {
        const told = tell(event, unsigned);
        const status = told && (await httpPost(told.url, told.body, told.headers));
        if (status !== undefined && settled(status)) open.delete(event);
        else worst = status;
      }
      return worst;
    };
  };
