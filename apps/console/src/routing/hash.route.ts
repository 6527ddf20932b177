export type Route =
  | { readonly page: 'list'; readonly state?: string }
  | { readonly page: 'outreach'; readonly outreachId: string }
  | { readonly page: 'outcomes' }
  | { readonly page: 'unknown' };

/** `#/`, `#/?state=sent`, `#/outreach/<id>`, `#/unknown-outcomes`. */
export function readRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?');
  if (path === '' || path === '/') {
    const state = new URLSearchParams(query).get('state');
    return state ? { page: 'list', state } : { page: 'list' };
  }
  if (path === '/unknown-outcomes') return { page: 'outcomes' };
  const outreachId = /^\/outreach\/([0-9a-f-]{36})$/i.exec(path)?.[1];
  return outreachId ? { page: 'outreach', outreachId } : { page: 'unknown' };
}

export function hashOf(route: Route): string {
  switch (route.page) {
    case 'outreach':
      return `#/outreach/${route.outreachId}`;
    case 'outcomes':
      return '#/unknown-outcomes';
    case 'list':
      return route.state ? `#/?state=${encodeURIComponent(route.state)}` : '#/';
    case 'unknown':
      return '#/';
  }
}
