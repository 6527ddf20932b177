import { setTimeout as delay } from 'node:timers/promises';
import type { OutreachTransition } from '@homing/contracts';
import { EventSourceParserStream } from 'eventsource-parser/stream';

export interface FeedWish {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly signal: AbortSignal;
  readonly hear: (transition: OutreachTransition) => void;
}

/**
 * Hears every transition of the tenant from now on, each once, in order; a connection that breaks is taken up again behind
 * the last one heard. Resolves when the stream is open: what is published afterwards is heard. @throws Error when the API refuses the stream.
 */
export async function openLiveFeed(wish: FeedWish): Promise<void> {
  let lastId = '';
  const connect = async () => {
    const headers = { authorization: `Bearer ${wish.apiKey}`, ...(lastId ? { 'last-event-id': lastId } : {}) };
    const answer = await fetch(`${wish.apiUrl}/api/v1/events`, { headers, signal: wish.signal });
    if (!answer.ok || !answer.body) throw new Error(`GET /events: ${answer.status}`);
    return answer.body;
  };
  const hearAll = async (body: Awaited<ReturnType<typeof connect>>) => {
    const messages = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    for await (const { id, data } of messages) {
      wish.hear(JSON.parse(data) as OutreachTransition);
      lastId = id ?? lastId;
    }
  };
  const first = await connect();
  const keep = async () => {
    await hearAll(first).catch(() => {});
    while (!wish.signal.aborted) {
      await delay(1_000);
      await connect()
        .then(hearAll)
        .catch(() => {});
    }
  };
  void keep();
}
