import { expect, it } from '@jest/globals';
import { DEAD_LETTER_HEADERS } from '@homing/contracts';
import type { LetterPlace } from '@homing/messaging';
import type { FiledLetter } from '@homing/vault/desk';
import { LetterFiler } from './letter.filer.service.js';

const headers: Readonly<Record<string, string>> = {
  [DEAD_LETTER_HEADERS.consumer]: 'x',
  [DEAD_LETTER_HEADERS.subject]: 'webhook.sendgrid',
  [DEAD_LETTER_HEADERS.reason]: 'unreadable_webhook',
  [DEAD_LETTER_HEADERS.size]: '3',
  [DEAD_LETTER_HEADERS.storedAt]: '2026-05-01T09:00:00.000Z',
};
const copy = (sequence: number) => ({
  header: (name: string) => headers[name],
  messageId: 'dlq-1',
  sequence,
  storedAt: `2026-05-01T09:00:0${sequence}.000Z`,
});

/** A desk with the letter filed as copy 1, on which an operator ends it while copy 2 is filed. */
function deskWhere(endsMeanwhile: boolean) {
  let filed = 1;
  let open = true;
  const removed: number[] = [];
  const filer = new LetterFiler({
    registry: { findTenants: () => Promise.resolve([]) },
    stream: { remove: ({ sequence }: LetterPlace) => Promise.resolve(void removed.push(sequence)) },
    file: {
      listSuperseded: (given) => {
        const newest = Math.max(...given.map(({ sequence }) => sequence), open ? filed : 0);
        const kept = open ? newest : filed;
        const copies = [...new Set([...given.map(({ sequence }) => sequence), ...(open ? [filed] : [])])];
        return Promise.resolve(
          copies.filter((sequence) => sequence !== kept).map((sequence) => ({ messageId: 'dlq-1', sequence })),
        );
      },
      file: (letters: readonly FiledLetter[]) => {
        open = !endsMeanwhile;
        if (open) filed = letters[0]?.sequence ?? filed;
        return Promise.resolve(1);
      },
    },
  });
  return { filer, removed };
}

it('removes the older copy of a letter that is kept twice', async () => {
  const { filer, removed } = deskWhere(false);
  await filer.file(copy(2));
  expect(removed).toEqual([1]);
});

it('removes the newer one, too, when the letter ends before it is filed', async () => {
  const { filer, removed } = deskWhere(true);
  await filer.file(copy(2));
  expect(removed).toEqual([1, 2]);
});
