import { expect, it } from '@jest/globals';
import { retryAfterSeconds } from './retry-after.policy.js';

const now = Date.parse('2026-11-20T10:00:00Z');
const date = 'Fri, 20 Nov 2026 10:00:00 GMT';
const skewed = now + 3_600_000;

it.each([
  [{ 'retry-after': '120' }, now, 120],
  [{ 'retry-after': '0' }, now, 0],
  [{ 'retry-after': 'Fri, 20 Nov 2026 10:01:00 GMT' }, now, 60],
  [{ 'retry-after': 'Fri, 20 Nov 2026 10:01:00 GMT', date }, skewed, 60],
  [{ 'retry-after': 'Fri, 20 Nov 2026 09:00:00 GMT' }, now, 0],
  [{ 'x-ratelimit-reset': String(now / 1000 + 30) }, now, 30],
  [{ 'x-ratelimit-reset': String(now / 1000 + 30), date }, skewed, 30],
  [{ 'x-rate-limit-reset': String(now / 1000 + 7) }, now, 7],
  [{ 'retry-after': '5', 'x-ratelimit-reset': String(now / 1000 + 30) }, now, 5],
  [{ 'retry-after': '999999999' }, now, 86_400],
  [{ 'retry-after': 'later' }, now, undefined],
  [{}, now, undefined],
])('%j is read as seconds', (headers, at, seconds) => {
  expect(retryAfterSeconds(headers, at)).toBe(seconds);
});
