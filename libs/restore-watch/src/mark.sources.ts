import { randomUUID } from 'node:crypto';
import { BUS_STREAMS, readStoreMark, STORE_MARK, type StoreMark } from '@homing/contracts';
import { lastMessage, type Bus } from '@homing/messaging';

/** Where a mark is kept outside of the store. Undefined: none is there. @throws when it cannot be asked */
export type MarkSource = () => Promise<StoreMark | undefined>;

/** The mark on the bus. */
export const busMark =
  (bus: Pick<Bus, 'api'>): MarkSource =>
  async () => {
    const bytes = await lastMessage(bus, { stream: BUS_STREAMS.marks, subject: STORE_MARK });
    return bytes && readStoreMark(JSON.parse(Buffer.from(bytes).toString('utf8')));
  };

/** A mark as the bus stores it. Each write is a message of its own: one that brings back a mark that was overwritten, too. */
export const markMessage = (mark: StoreMark) => ({
  subject: STORE_MARK,
  payload: Buffer.from(JSON.stringify(mark)),
  msgId: `mark:${randomUUID()}`,
});
