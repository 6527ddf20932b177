import type { ApiClient, ListedOutreach, OutreachPage, ShownOutreach } from './api.client.js';

const pageSize = 500;
/** Pages read beyond those that would do if nobody else sent anything. */
const sparePages = 4;
const sideBySide = 8;

/** What the API says of these outreach: from the newest pages of its list, the others one by one. Unknown ids are left out. */
export async function lookUp(api: ApiClient, ids: ReadonlySet<string>): Promise<Map<string, ListedOutreach>> {
  const found = new Map<string, ListedOutreach>();
  let pages = Math.ceil(ids.size / pageSize) + sparePages;
  let cursor: string | undefined;
  do {
    const page = await api.get<OutreachPage>(`/outreach?limit=${pageSize}${cursor ? `&cursor=${cursor}` : ''}`);
    for (const row of page?.items ?? []) if (ids.has(row.outreachId)) found.set(row.outreachId, row);
    cursor = page?.nextCursor;
    pages -= 1;
  } while (cursor && pages > 0 && found.size < ids.size);
  const missing = [...ids].filter((id) => !found.has(id));
  for (const shown of await showAll(api, missing)) found.set(shown.outreachId, shown);
  return found;
}

/** Everything the API says of each; unknown ids are left out. */
export async function showAll(api: ApiClient, ids: readonly string[]): Promise<ShownOutreach[]> {
  const shown: ShownOutreach[] = [];
  const left = ids.values();
  const lane = async (): Promise<void> => {
    for (const id of left) {
      const outreach = await api.get<ShownOutreach>(`/outreach/${id}`);
      if (outreach) shown.push(outreach);
    }
  };
  await Promise.all(Array.from({ length: Math.min(sideBySide, ids.length) }, lane));
  return shown;
}
