import type { ListedOutreach, OutreachPage } from '../api/api.types.js';

/** What is on the list, newest first, without repetition. */
export interface ListState {
  readonly items: readonly ListedOutreach[];
  /** Leads to older ones; absent when the oldest is here. */
  readonly nextCursor?: string;
}

export const EMPTY: ListState = { items: [] };

/** The newest page read again: what it holds replaces what was known; what is older stays. */
export function withNewest(state: ListState, page: OutreachPage): ListState {
  const isFirst = state.items.length === 0;
  const nextCursor = isFirst ? page.nextCursor : state.nextCursor;
  return { items: merged(state.items, page.items), ...(nextCursor === undefined ? {} : { nextCursor }) };
}

/** The next older page. */
export const withOlder = (state: ListState, page: OutreachPage): ListState => ({
  items: merged(state.items, page.items),
  ...(page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor }),
});

/** Outreach read one by one; what no longer fits the filter leaves. */
export function withChanged(
  state: ListState,
  changed: readonly ListedOutreach[],
  filter: string | undefined,
): ListState {
  const known = new Set(state.items.map((item) => item.outreachId));
  const leaving = new Set(
    changed.filter((item) => filter !== undefined && item.state !== filter).map((item) => item.outreachId),
  );
  const staying = changed.filter((item) => known.has(item.outreachId) && !leaving.has(item.outreachId));
  return {
    ...state,
    items: merged(
      state.items.filter((item) => !leaving.has(item.outreachId)),
      staying,
    ),
  };
}

function merged(before: readonly ListedOutreach[], newer: readonly ListedOutreach[]): ListedOutreach[] {
  const byId = new Map([...before, ...newer].map((item) => [item.outreachId, item]));
  return [...byId.values()].sort(newestFirst);
}

/** As the API sorts: by acceptance, then by id. */
const newestFirst = (a: ListedOutreach, b: ListedOutreach): number =>
  compare(b.acceptedAt ?? '', a.acceptedAt ?? '') || compare(b.outreachId, a.outreachId);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
