// The catalogues are held against the code: what exists must be named, and what is named must exist.
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { BUS_STREAMS, DEAD_LETTER_HEADERS, DECISION_STEPS, POISON_REASONS, TRANSITIONS } from '@homing/contracts';

const doc = (name: string): string => readFileSync(`docs/${name}`, 'utf8');
const typesInCode = [
  ...readFileSync('libs/contracts/src/events/outreach-events.ts', 'utf8').matchAll(/Recorded<'(\w+)'/g),
].map((match) => match[1]);

describe('the event catalogue', () => {
  it('names every event type and no other', () => {
    const named = [...doc('events.md').matchAll(/^\| `(\w+)`\s*\|/gm)].map((match) => match[1]);
    expect(named.sort()).toEqual([...typesInCode].sort());
  });

  it('names every transition', () => {
    const text = doc('events.md');
    for (const transition of TRANSITIONS) expect(text).toContain(transition);
  });
});

describe('the bus catalogue', () => {
  it('names every stream and every durable consumer', async () => {
    const text = doc('bus.md');
    for (const stream of Object.values(BUS_STREAMS)) expect(text).toContain(`\`${stream}\``);
    const durables: string[] = [];
    for await (const file of glob('apps/*/src/**/*.controller.ts')) {
      durables.push(...[...readFileSync(file, 'utf8').matchAll(/durable: '([\w-]+)'/g)].map((match) => match[1] ?? ''));
    }
    expect(durables.length).toBeGreaterThan(3);
    for (const durable of durables) expect(text).toContain(`\`${durable}\``);
  });
});

describe('dead letters', () => {
  it('have every reason and every header in the bus catalogue, and no other', () => {
    const text = doc('bus.md');
    const of = (heading: string) => text.split(`### ${heading}`)[1]?.split('\n#')[0] ?? '';
    const named = [...of('Reasons').matchAll(/^\| `(\w+)`\s*\|/gm)].map((match) => match[1]);
    expect(named.sort()).toEqual(Object.keys(POISON_REASONS).sort());
    const headers = [...of('Headers').matchAll(/`(Homing-[\w-]+)`/g)].map((match) => match[1]);
    expect([...new Set(headers)].sort()).toEqual(Object.values(DEAD_LETTER_HEADERS).sort());
  });
});

describe('the ten steps', () => {
  it('are ten, after intake', () => expect(DECISION_STEPS).toHaveLength(11));
});
