import { describe, expect, it } from '@jest/globals';
import { judgeGraph } from './graph.answers.js';
import { meaningOfCode } from './graph.codes.js';
import { sample, usage } from './meta.fixture.js';

const now = Date.UTC(2026, 0, 1);
const said = (status: number, body: Record<string, unknown> | undefined, headers: Record<string, unknown> = {}) =>
  judgeGraph({ status, headers, body, mayHaveReached: true }, (answer) => answer['id'] as string | undefined, now);
const error = (code: number, more: object = {}) => ({ error: { message: 'PROSE', code, ...more } });

describe('what Meta’s answers mean', () => {
  it.each([
    // WhatsApp
    [130429, undefined, { class: 'throttled', code: 'throughput_limit' }],
    [131056, undefined, { class: 'throttled', code: 'pair_limit', retryAfterSeconds: 6 }],
    [131048, undefined, { class: 'throttled', code: 'spam_limit', retryAfterSeconds: 3_600 }],
    [80007, undefined, { class: 'throttled' }],
    [4, undefined, { class: 'throttled', code: 'app_limit' }],
    [131047, undefined, { class: 'permanent', code: 'outside_window' }],
    [131050, undefined, { class: 'suppressed', code: 'opted_out' }],
    [131049, undefined, { class: 'permanent', code: 'marketing_limit' }],
    [131026, undefined, { class: 'permanent', code: 'undeliverable' }],
    [131030, undefined, { class: 'permanent', code: 'recipient_not_allowed' }],
    [130472, undefined, { class: 'permanent', code: 'experiment' }],
    [130497, undefined, { class: 'permanent', code: 'country_restricted' }],
    [132000, undefined, { class: 'permanent', code: 'template_parameters' }],
    [132001, undefined, { class: 'permanent', code: 'template_missing' }],
    [132007, undefined, { class: 'permanent', code: 'template_policy' }],
    [132015, undefined, { class: 'permanent', code: 'template_paused' }],
    [131016, undefined, { class: 'retryable' }],
    [131000, undefined, { class: 'retryable' }],
    [368, undefined, { class: 'auth', code: 'policy_block' }],
    // Messenger and Instagram
    [10, undefined, { class: 'auth', code: 'permission_missing' }],
    [10, 2018278, { class: 'permanent', code: 'outside_window' }],
    [10, 1893063, { class: 'auth', code: 'page_restricted' }],
    [100, 2018001, { class: 'permanent', code: 'no_such_person' }],
    [551, undefined, { class: 'permanent', code: 'person_unavailable' }],
    [200, 1545041, { class: 'permanent', code: 'person_unavailable' }],
    [613, undefined, { class: 'throttled' }],
    [1200, undefined, { class: 'retryable' }],
    // both
    [0, undefined, { class: 'auth', code: 'token_invalid' }],
    [190, undefined, { class: 'auth', code: 'token_invalid' }],
    [230, undefined, { class: 'auth', code: 'permission_missing' }],
  ])('code %i, subcode %p, whatever the HTTP status', (code, error_subcode, expected) => {
    for (const status of [400, 401, 403, 429, 500, 503])
      expect(said(status, error(code, error_subcode ? { error_subcode } : {}))).toMatchObject({
        kind: 'rejected',
        ...expected,
      });
  });

  it('both documented refusals', () => {
    const [limit, token] = (sample('meta', 'meta-send-errors') as unknown as Documented).responses;
    expect(said(limit.status, limit.body)).toMatchObject({ class: 'throttled', code: 'throughput_limit' });
    expect(said(token.status, token.body)).toMatchObject({ class: 'auth', code: 'token_invalid' });
  });

  it('knows nothing of a message after a fault of the server, and of an unlisted code what the status says', () => {
    expect(said(500, error(1))).toEqual({ kind: 'unknown', reason: 'server_error' });
    expect(said(400, error(1))).toEqual({ kind: 'unknown', reason: 'server_error' });
    expect(said(400, error(987654))).toMatchObject({ class: 'permanent', code: 'meta_987654' });
    expect(said(400, error(987654, { is_transient: true }))).toMatchObject({ class: 'retryable' });
    expect(said(429, error(987654))).toMatchObject({ class: 'throttled', code: 'meta_987654' });
    expect(said(500, error(987654))).toEqual({ kind: 'unknown', reason: 'meta_987654' });
    expect(said(500, error(987654, { is_transient: true }))).toMatchObject({ kind: 'unknown' });
  });

  it.each([502, 503, 504, 302, 204, 201])('%i without Meta’s error body is nobody’s word', (status) => {
    expect(said(status, undefined)).toEqual({ kind: 'unknown', reason: `http_${status}` });
  });

  it('200 without an id is nobody’s word either', () => {
    expect(said(200, {})).toEqual({ kind: 'unknown', reason: 'answer_unreadable' });
    expect(said(200, undefined)).toEqual({ kind: 'unknown', reason: 'answer_unreadable' });
    expect(said(200, error(100))).toMatchObject({ class: 'permanent' });
    expect(said(200, { id: 'a' })).toEqual({ kind: 'accepted', providerMessageId: 'a' });
  });

  it('waits as long as Meta asks: by header, by its account of use, else as the code advises', () => {
    const waits = (headers: Record<string, unknown>, code = 131056) => {
      const result = said(429, error(code), headers);
      return result.kind === 'rejected' ? result.retryAfterSeconds : undefined;
    };
    expect(waits({ 'retry-after': '17', ...usage(3) })).toBe(17);
    expect(waits(usage(3))).toBe(180);
    expect(waits(usage(0))).toBe(6);
    expect(waits({ 'x-business-use-case-usage': 'no json' })).toBe(6);
    expect(waits({}, 130429)).toBeUndefined();
    expect(waits(usage(1_000_000))).toBe(86_400);
  });

  it('never reads what belongs to every object as a code of its own', () => {
    expect(meaningOfCode(Number.NaN)).toBeUndefined();
    expect(said(400, { error: { code: 'constructor' } })).toMatchObject({ class: 'permanent', code: 'http_400' });
  });
});

interface Documented {
  readonly responses: readonly [
    { readonly status: number; readonly body: Record<string, unknown> },
    { readonly status: number; readonly body: Record<string, unknown> },
  ];
}
