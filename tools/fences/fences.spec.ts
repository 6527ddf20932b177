// A fence nobody tests is a drawing: every rule gets a planted violation that must be caught, and a decent twin that must pass.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';

const root = process.cwd();
const graphFile = join(root, '.nx', 'workspace-data', 'project-graph.json');
let eslint: ESLint;

beforeAll(() => {
  // Without a cached graph Nx's rule is silently skipped, and this suite would prove nothing.
  if (!existsSync(graphFile))
    execFileSync(process.execPath, ['node_modules/nx/dist/bin/nx.js', 'show', 'projects'], { cwd: root });
  eslint = new ESLint({
    cwd: root,
    ignore: false,
    overrideConfig: {
      languageOptions: { parserOptions: { projectService: false, project: null } },
      rules: {
        '@typescript-eslint/no-floating-promises': 'off',
        '@typescript-eslint/no-misused-promises': 'off',
        '@typescript-eslint/await-thenable': 'off',
        '@typescript-eslint/switch-exhaustiveness-check': 'off',
      },
    },
  });
});

async function rulesBrokenBy(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(root, filePath) });
  return (result?.messages ?? []).map((message) => message.ruleId ?? message.message);
}

describe('walls between rooms', () => {
  it.each([
    ['contracts imports no other room', 'libs/contracts/src/planted.ts', '@homing/domain'],
    ['domain imports only contracts', 'libs/domain/src/planted.ts', '@homing/event-store'],
    ['adapters never import each other', 'libs/event-store/src/planted.ts', '@homing/messaging'],
    ['ingestion holds no event store', 'apps/webhook-ingestion/src/planted.ts', '@homing/event-store'],
    ['ingestion holds no read model', 'apps/webhook-ingestion/src/planted.ts', '@homing/read-model'],
    ['ingestion holds no domain', 'apps/webhook-ingestion/src/planted.ts', '@homing/domain'],
    ['nothing imports a development room', 'apps/orchestrator/src/planted.ts', '@homing/testing'],
    ['a service makes no roles and no users', 'apps/api/src/planted.ts', '@homing/provisioning'],
    ['nothing imports the embedded stores', 'libs/messaging/src/planted.ts', '@homing/embedded-stores'],
  ])('%s', async (_rule, file, target) => {
    const broken = await rulesBrokenBy(file, `import * as it from '${target}';\nexport const held = it;\n`);
    expect(broken).toContain('@nx/enforce-module-boundaries');
  });

  it('ingestion may seal but not open', async () => {
    const open = await rulesBrokenBy(
      'apps/webhook-ingestion/src/planted.ts',
      `import * as it from '@homing/vault/open';\nexport const held = it;\n`,
    );
    expect(open).toContain('no-restricted-imports');
    const seal = await rulesBrokenBy(
      'apps/webhook-ingestion/src/planted.ts',
      `import * as it from '@homing/vault/seal';\nexport const held = it;\n`,
    );
    expect(seal).not.toContain('no-restricted-imports');
  });

  it('the browser takes types only', async () => {
    const rule = '@typescript-eslint/no-restricted-imports';
    expect(
      await rulesBrokenBy(
        'apps/console/src/planted.ts',
        `import * as it from '@homing/contracts';\nexport const held = it;\n`,
      ),
    ).toContain(rule);
    expect(
      await rulesBrokenBy(
        'apps/console/src/planted.ts',
        `import type { Channel } from '@homing/contracts';\nexport type Held = Channel;\n`,
      ),
    ).not.toContain(rule);
  });

  it('lets an app use an adapter', async () => {
    const broken = await rulesBrokenBy(
      'apps/orchestrator/src/planted.ts',
      `import * as it from '@homing/event-store';\nexport const held = it;\n`,
    );
    expect(broken).not.toContain('@nx/enforce-module-boundaries');
  });
});

describe('purity of domain and contracts', () => {
  it.each([
    ['new Date()', 'export const at = new Date();'],
    ['Date.now', 'export const at = Date.now();'],
    ['Temporal.Now', 'export const at = Temporal.Now.instant();'],
    ['Math.random', 'export const dice = Math.random();'],
    ['randomUUID', 'export const id = randomUUID();'],
    ['zone-less Intl', "export const f = new Intl.DateTimeFormat('en');"],
    ['toLocaleString', 'export const f = (d: Date): string => d.toLocaleString();'],
    ['await', 'export async function wait(p: Promise<void>): Promise<void> { await p; }'],
  ])('bans %s', async (_what, code) => {
    for (const room of ['domain', 'contracts']) {
      expect(await rulesBrokenBy(`libs/${room}/src/planted.ts`, `${code}\n`)).toContain('no-restricted-syntax');
    }
  });

  it('bans Node built-ins, ambient clocks and random ids', async () => {
    const file = 'libs/domain/src/planted.ts';
    expect(await rulesBrokenBy(file, `import fs from 'node:fs';\nexport const held = fs;\n`)).toContain(
      'import-x/no-nodejs-modules',
    );
    expect(await rulesBrokenBy(file, 'export const at = performance.timeOrigin;\n')).toContain('no-restricted-globals');
    expect(await rulesBrokenBy(file, `import { v4 } from 'uuid';\nexport const held = v4;\n`)).toContain(
      'no-restricted-imports',
    );
  });

  it('allows what is pure', async () => {
    const code =
      "export const at = new Date('2026-01-01T00:00:00Z');\nexport const f = new Intl.DateTimeFormat('en', { timeZone: 'UTC' });\n";
    expect(await rulesBrokenBy('libs/domain/src/planted.ts', code)).toEqual([]);
  });
});

describe('cycles', () => {
  it('finds two files that import each other', async () => {
    const [result] = await new ESLint({
      cwd: root,
      overrideConfigFile: 'tools/fences/planted/eslint.cycle.mjs',
      ignore: false,
    }).lintFiles(['tools/fences/planted/cycle/first.ts']);
    expect(result?.messages.map((message) => message.ruleId)).toContain('import-x/no-cycle');
  });
});
