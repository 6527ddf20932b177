import { DEAD_LETTER_DESK, readDeskRequest, type DeskAnswer, type DeskRequest } from '@homing/contracts';
import type { Bus } from '@homing/messaging';

/** Answers as the desk would: what a test tells it to, once a question. */
export class FakeDesk {
  readonly asked: DeskRequest[] = [];
  /** Undefined: it is silent. */
  answer: (request: DeskRequest) => DeskAnswer | undefined | Promise<DeskAnswer | undefined> = () => undefined;
  readonly #stop: () => void;

  constructor(bus: Bus) {
    this.#stop = bus.listen(DEAD_LETTER_DESK, async ({ data }) => {
      const request = readDeskRequest(data);
      if (!request) throw new Error('the desk was asked what it cannot read');
      this.asked.push(request);
      const answer = await this.answer(request);
      if (answer) bus.notify(request.replyTo, answer);
    });
  }

  stop(): void {
    this.#stop();
  }
}
