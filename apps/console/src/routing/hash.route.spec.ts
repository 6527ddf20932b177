import { describe, expect, it } from '@jest/globals';
import { hashOf, readRoute, type Route } from './hash.route.js';

const outreachId = '0197a000-0000-7000-8000-000000000001';

describe('routes', () => {
  it.each<Route>([
    { page: 'list' },
    { page: 'list', state: 'outcome_unknown' },
    { page: 'outreach', outreachId },
    { page: 'outcomes' },
    { page: 'tasks' },
    { page: 'tasks', state: 'all', channel: 'linkedin' },
  ])('%j survives the address', (route) => expect(readRoute(hashOf(route))).toEqual(route));

  it('knows an empty address and does not follow a made-up one', () => {
    expect(readRoute('')).toEqual({ page: 'list' });
    expect(readRoute('#/outreach/../admin')).toEqual({ page: 'unknown' });
  });
});
