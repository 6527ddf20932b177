import { describe, expect, it } from '@jest/globals';
import type { CloudEvent, DecisionAnswer } from '@homing/contracts';
import { ReplyInbox, type Notice, type PublishOptions } from '@homing/messaging';
import { RequestPublisher } from './request.publisher.js';
import type { RequestLine } from './request.lines.js';

const line = (n: number, requestId = `r-${n}`): RequestLine => ({ line: n, requestId, data: { n } });

function stage(publish?: (event: CloudEvent) => Promise<void>) {
  const sent: { event: CloudEvent; options: PublishOptions }[] = [];
  let hear: (notice: Notice) => void = () => {};
  let most = 0;
  let under = 0;
  const inbox = new ReplyInbox((_subject, handler) => ((hear = handler), () => {}));
  const publisher = new RequestPublisher({
    publisher: {
      publish: async (_subject, event, options) => {
        sent.push({ event, options });
        most = Math.max(most, (under += 1));
        await (publish?.(event) ?? Promise.resolve());
        under -= 1;
        return { stream: 'OUTREACH', seq: sent.length, duplicate: false };
      },
    },
    inbox,
    tenantId: 't',
    nonce: 'n',
    window: 4,
  });
  const answer = (index: number, outreachId: string) => {
    const told: DecisionAnswer = { outreachId, status: 'scheduled', fallbackChain: [], explanation: '' };
    hear({ subject: sent[index]?.options.replyTo ?? '', data: new TextEncoder().encode(JSON.stringify(told)) });
  };
  return { publisher, sent, answer, most: () => most };
}

describe('publishing requests', () => {
  it('publishes CloudEvents under the request id, in a window, and lets every line through the bus', async () => {
    const { publisher, sent, most } = stage();
    await publisher.publish(Array.from({ length: 20 }, (_, n) => line(n + 1, n === 5 ? 'r-1' : undefined)));
    publisher.close();
    expect(sent.map(({ event }) => event.id)).toContain('r-20');
    expect(sent[0]?.event).toMatchObject({ specversion: '1.0', type: 'outreach.requested', data: { n: 1 } });
    expect(new Set(sent.map(({ options }) => options.key)).size).toBe(20);
    expect(most()).toBe(4);
    expect(publisher.published).toBe(20);
  });

  it('keeps the decision told for each line, also when it is asked for again', async () => {
    const { publisher, answer } = stage();
    await publisher.publish([line(1), line(2)]);
    answer(0, 'a');
    await publisher.publish([line(2)]);
    answer(2, 'b');
    await Promise.resolve();
    publisher.close();
    expect([...publisher.answers].map(([n, { outreachId }]) => [n, outreachId])).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect(publisher.published).toBe(2);
  });

  it('names the lines the bus did not take and goes on', async () => {
    const full = (event: CloudEvent) => (event.id === 'r-2' ? Promise.reject(new Error('full')) : Promise.resolve());
    const { publisher } = stage(full);
    await publisher.publish([line(1), line(2), line(3)]);
    publisher.close();
    expect([...publisher.untaken]).toEqual([[2, 'full']]);
    expect(publisher.published).toBe(2);
  });
});
