// The catalogues are held against the code: what exists must be named, and what is named must exist.
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { BUS_STREAMS, DECISION_STEPS, TRANSITIONS } from '@homing/contracts';

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

describe('the ten steps', () => {
  it('are ten, after intake', () => expect(DECISION_STEPS).toHaveLength(11));
});
