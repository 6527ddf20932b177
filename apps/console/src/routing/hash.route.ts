export type Route =
  | { readonly page: 'list'; readonly state?: string }
  | { readonly page: 'outreach'; readonly outreachId: string }
  | { readonly page: 'outcomes' }
  | { readonly page: 'tasks'; readonly state?: string; readonly channel?: string }
  | { readonly page: 'unknown' };

/** `#/`, `#/?state=sent`, `#/outreach/<id>`, `#/unknown-outcomes`, `#/tasks?state=all&channel=linkedin`. */
export function readRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?');
  if (path === '' || path === '/') {
    const state = new URLSearchParams(query).get('state');
    return state ? { page: 'list', state } : { page: 'list' };
  }
  if (path === '/unknown-outcomes') return { page: 'outcomes' };
  if (path === '/tasks') {
    const wish = new URLSearchParams(query);
    const [state, channel] = [wish.get('state'), wish.get('channel')];
    return { page: 'tasks', ...(state ? { state } : {}), ...(channel ? { channel } : {}) };
  }
  const outreachId = /^\/outreach\/([0-9a-f-]{36})$/i.exec(path)?.[1];
  return outreachId ? { page: 'outreach', outreachId } : { page: 'unknown' };
}

export function hashOf(route: Route): string {
  switch (route.page) {
    case 'outreach':
      return `#/outreach/${route.outreachId}`;
    case 'outcomes':
      return '#/unknown-outcomes';
    case 'tasks': {
      const { state, channel } = route;
      const query = new URLSearchParams({ ...(state ? { state } : {}), ...(channel ? { channel } : {}) }).toString();
      return query ? `#/tasks?${query}` : '#/tasks';
    }
    case 'list':
      return route.state ? `#/?state=${encodeURIComponent(route.state)}` : '#/';
    case 'unknown':
      return '#/';
  }
}
