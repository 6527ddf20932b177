import { afterEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '../index.js';
import { activeTraceparent, detached, inSpan, isSampled, isTracing, noteSpan, readTraceparent } from './index.js';
import { keepSpans } from './kept-spans.fixture.js';

const trace = '0af7651916cd43dd8448eb211c80319c';
const given = `00-${trace}-b7ad6b7169203331-01`;
const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

let kept: ReturnType<typeof keepSpans> | undefined;
afterEach(() => kept?.stop());

describe('without tracing', () => {
  it('does the work, passes a given trace on and keeps nothing', async () => {
    expect(isTracing()).toBe(false);
    const seen = await inSpan('work', { parent: given, attributes: { 'homing.attempt': 1 } }, async (span) => {
      span.set({ 'homing.attempt': 2 });
      return [span.traceparent, activeTraceparent()];
    });
    expect(seen).toEqual([given, undefined]);
    expect(await inSpan('work', {}, async ({ traceparent }) => traceparent)).toBeUndefined();
  });
});

describe('a span', () => {
  it('goes on from the given parent, and is the parent of what its work awaits', async () => {
    kept = keepSpans();
    const handed = await inSpan('outer', { parent: given }, async ({ traceparent }) => {
      await pause();
      await inSpan('inner', {}, pause);
      return traceparent;
    });
    const [outer, inner] = [kept.named('outer'), kept.named('inner')];
    expect(outer.parentSpanContext).toMatchObject({ traceId: trace, spanId: 'b7ad6b7169203331' });
    expect(handed).toBe(`00-${trace}-${outer.spanContext().spanId}-01`);
    expect(inner.spanContext().traceId).toBe(trace);
    expect(inner.parentSpanContext?.spanId).toBe(outer.spanContext().spanId);
  });

  it('keeps side by side work apart', async () => {
    kept = keepSpans();
    const work = (name: string) =>
      inSpan(name, { parent: null }, async () => {
        await pause();
        await inSpan(`in ${name}`, {}, pause);
      });
    await Promise.all([work('a'), work('b')]);
    for (const name of ['a', 'b']) {
      expect(kept.named(`in ${name}`).parentSpanContext?.spanId).toBe(kept.named(name).spanContext().spanId);
    }
    expect(kept.named('a').spanContext().traceId).not.toBe(kept.named('b').spanContext().traceId);
  });

  it('links what came from another trace, and is not begun without a parent where it shall not', async () => {
    kept = keepSpans();
    await inSpan('linked', { links: [given, undefined, 'nonsense'] }, pause);
    await inSpan('orphan', { onlyInTrace: true }, pause);
    await inSpan('outer', {}, () => detached(() => inSpan('for all', { onlyInTrace: true }, pause)));
    expect(kept.named('linked').links.map((link) => link.context.traceId)).toEqual([trace]);
    expect(kept.spans().map((span) => span.name)).toEqual(['linked', 'outer']);
  });

  it('tells of something that is over', () => {
    kept = keepSpans();
    noteSpan('project', { parent: given }, { from: 1_000, to: 2_500 });
    expect(kept.named('project').startTime).toEqual([1, 0]);
  });

  it('says of an error its class or code, of a value only what looks like an id or a code', async () => {
    kept = keepSpans();
    const error = Object.assign(new RangeError('ada@example.test is not there'), { code: '23505' });
    const personal = { 'homing.outreach.id': 'ada@example.test', 'homing.reason': 'Ada Lovelace', 'homing.attempt': 2 };
    await expect(inSpan('failing', { attributes: personal }, () => Promise.reject(error))).rejects.toBe(error);
    const { attributes, status, events } = kept.named('failing');
    expect(attributes).toEqual({ 'homing.attempt': 2, 'error.type': '23505' });
    expect({ status, events }).toEqual({ status: { code: 2 }, events: [] });
  });
});

describe('a log line', () => {
  const lines: string[] = [];
  const logger = createLogger({ service: 's', instance: 'i', destination: { write: (line) => void lines.push(line) } });
  const last = () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;

  it('names trace and span inside a span, and neither outside', async () => {
    kept = keepSpans();
    await inSpan('work', { parent: given }, async () => logger.info('inside'));
    expect(last()).toMatchObject({ trace_id: trace, span_id: kept.named('work').spanContext().spanId });
    logger.info('outside');
    expect(last()).not.toHaveProperty('trace_id');
  });
});

describe('a traceparent', () => {
  it.each([
    ['', undefined],
    [given.toUpperCase(), undefined],
    [given.replace('00-', 'ff-'), undefined],
    [`${given}-more`, undefined],
    [`01${given.slice(2)}-more`, trace],
    [given.replace(trace, '0'.repeat(32)), undefined],
    [given.replace('b7ad6b7169203331', '0'.repeat(16)), undefined],
    [given, trace],
  ])('%s is read as %s', (text, traceId) => expect(readTraceparent(text)?.traceId).toBe(traceId));

  it('says whether the trace is kept', () => {
    expect(isSampled(given)).toBe(true);
    expect(isSampled(given.replace(/01$/, '00'))).toBe(false);
    expect(isSampled(undefined)).toBe(false);
  });
});
