import type { Bus, Publisher } from '@homing/messaging';
import { keepMark, keptMark, type ReadModelConnection } from '@homing/read-model';
import { busMark, markMessage } from '@homing/restore-watch';
import type { MarkPlace } from './mark.keeper.js';

/** In the read model's database, and on the bus. */
export const markPlaces = (
  readModel: ReadModelConnection,
  bus: Pick<Bus, 'api'>,
  publisher: Pick<Publisher, 'publishBytes'>,
): MarkPlace[] => [
  { name: 'read model', read: () => keptMark(readModel), keep: (mark) => keepMark(readModel, mark) },
  {
    name: 'bus',
    read: busMark(bus),
    keep: async (mark) => {
      const { subject, payload, msgId } = markMessage(mark);
      await publisher.publishBytes(subject, payload, { msgId });
    },
  },
];
