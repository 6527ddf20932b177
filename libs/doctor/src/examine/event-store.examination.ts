import { laterMark, type StoreMark } from '@homing/contracts';
import { judgeStore, readRestores, type MarkSource, type WatchedStore } from '@homing/restore-watch';
import { errorCode } from '@homing/service-kit';
import { finding, type Examination, type Seen } from '../finding.js';

/** Of the official client: the store answers and does not let us in. */
const REFUSED = /access.?denied|unauthenticated|not.?authenticated|permission.?denied/i;

/** Does the event store answer, and is it the one it was? */
export const examineEventStore = (store: WatchedStore, marks: readonly MarkSource[]): Examination => ({
  subject: 'event store',
  look: async () => {
    let head: bigint;
    try {
      head = await store.headPosition();
    } catch (error) {
      const words = causesOf(error);
      const refused = REFUSED.test(words);
      return bad(finding(refused ? 'EVENT_STORE_REFUSED' : 'EVENT_STORE_UNREACHABLE', errorCode(error)));
    }
    const told = await Promise.allSettled(marks.map((mark) => mark()));
    const mark = told.reduce<StoreMark | undefined>(
      (latest, each) => (each.status === 'fulfilled' ? laterMark(latest, each.value) : latest),
      undefined,
    );
    const verdict = await judgeStore(store, { history: await readRestores(store), mark });
    if (verdict.kind !== 'restored') return { findings: [], note: `ends at position ${head}` };
    const since = mark?.missingSince === undefined ? '' : `, missing since ${mark.missingSince}`;
    return bad(finding('EVENT_STORE_RESTORED', `ends at ${head}, seen up to ${verdict.seen.position}${since}`));
  },
});

const bad = (...findings: Seen['findings'][number][]): Seen => ({ findings, note: '' });

/** Class, code and message of an error and of what caused it: only to be searched, never shown. */
function causesOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code } = error as { code?: unknown };
  return `${error.name} ${String(code)} ${error.message} ${causesOf(error.cause)}`;
}
