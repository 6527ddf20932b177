import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WEBHOOK_SETUPS } from './provider.setups.js';
import type { WebhookRequest } from './webhook.parser.js';
import { SPECIMENS, type Specimen } from './webhook.specimens.fixture.js';

const RUNS = process.env['HOMING_TEST_SIZE'] === 'full' ? 10_000 : 500;

type Headers = Readonly<Record<string, string>>;
const headersOf = ({ headers }: WebhookRequest): Headers => headers as Headers;

/** One way to write the same webhook, or another one. */
type Mutation = (request: WebhookRequest) => WebhookRequest;

const flipped = (bytes: Uint8Array, at: number): Uint8Array => {
  const changed = Uint8Array.from(bytes);
  const bit = at % (bytes.length * 8);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
};

function mutations({ valid, otherKey, tolerance, vouches }: Specimen): fc.Arbitrary<Mutation> {
  const number = fc.nat({ max: 1_000_000 });
  const as = (change: Mutation): Mutation => change;
  const cased = number.map((seed) =>
    as((request) => ({
      ...request,
      headers: Object.fromEntries(
        Object.entries(headersOf(request)).map(([name, value]) => [
          [...name]
            .map((letter, at) => ((seed >> (at % 16)) & 1 ? letter.toUpperCase() : letter.toLowerCase()))
            .join(''),
          value,
        ]),
      ),
    })),
  );
  const rotated = fc
    .boolean()
    .map((before) =>
      as((request) => ({ ...request, keys: before ? [otherKey, ...request.keys] : [...request.keys, otherKey] })),
    );
  const retired = fc
    .constantFrom<readonly string[]>([], [otherKey])
    .map((keys) => as((request) => ({ ...request, keys })));
  // What stands in other headers (a content type) is nobody's signature.
  const signing = Object.keys(headersOf(valid)).filter((name) => /sign|auth|^webhook-/i.test(name));
  const without = signing.map((name) =>
    as((request) => ({
      ...request,
      headers: Object.fromEntries(
        Object.entries(headersOf(request)).filter(([other]) => other.toLowerCase() !== name.toLowerCase()),
      ),
    })),
  );
  const flips = number.map((at) => as((request) => ({ ...request, rawBody: flipped(request.rawBody, at) })));
  const stale = fc
    .integer({ min: 1, max: 1_000_000 })
    .chain((beyond) =>
      fc
        .constantFrom(-1, 1)
        .map((side) =>
          as((request) => ({ ...request, now: request.now + side * ((tolerance ?? 0) * 2 + beyond) * 1_000 })),
        ),
    );
  return fc.oneof(
    cased,
    rotated,
    retired,
    ...(without.length > 0 ? [fc.constantFrom(...without)] : []),
    ...(vouches === undefined ? [flips] : []),
    ...(tolerance === undefined ? [] : [stale]),
  );
}

it('every webhook that is heard has a specimen to be forged: a line in webhook.specimens.fixture.ts', () => {
  const heard = WEBHOOK_SETUPS.map(({ provider }) => provider);
  expect([...new Set(SPECIMENS.map(({ word }) => word))].toSorted()).toEqual(heard.toSorted());
});

describe.each(SPECIMENS.map((specimen) => [[specimen.word, specimen.of ?? ''].join(' ').trim(), specimen] as const))(
  '%s',
  (_word, specimen) => {
    const { parser, valid, meaningOf, tolerance } = specimen;

    it('accepts nothing forged and refuses nothing valid, whatever is done to it at once', () => {
      expect(parser.verify(valid)).toEqual({ kind: 'valid' });
      const seen = { fair: 0, forged: 0 };
      fc.assert(
        fc.property(fc.array(mutations(specimen), { minLength: 1, maxLength: 3 }), (chosen) => {
          const request = chosen.reduce((so, change) => change(so), valid);
          const fair = isFair(request);
          seen[fair ? 'fair' : 'forged'] += 1;
          expect(parser.verify(request).kind).toBe(fair ? 'valid' : 'invalid');
          // What is refused by its head is refused with its body.
          if (parser.verifyHead(request).kind === 'invalid') expect(fair).toBe(false);
        }),
        { numRuns: RUNS },
      );
      expect(Math.min(seen.fair, seen.forged)).toBeGreaterThan(RUNS / 50);
    });

    /** By what stands there in the end: two changes may undo each other. */
    function isFair({ rawBody, keys, headers, now }: WebhookRequest): boolean {
      const same =
        Buffer.from(rawBody).equals(valid.rawBody) || (meaningOf && meaningOf(rawBody) === meaningOf(valid.rawBody));
      const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
      const whole = Object.keys(valid.headers).every((name) => names.has(name.toLowerCase()));
      const inTime = tolerance === undefined || Math.abs(now - valid.now) < tolerance * 1_000;
      return Boolean(same) && whole && inTime && valid.keys.some((key) => keys.includes(key));
    }

    it('refuses what another provider signed', () => {
      for (const other of SPECIMENS.filter(({ parser: { provider } }) => provider !== parser.provider)) {
        if (other.word.includes('-') && specimen.word.includes('-')) continue;
        expect(parser.verify({ ...other.valid, keys: valid.keys }).kind).toBe('invalid');
      }
    });
  },
);
