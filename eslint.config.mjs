// The fences of the house: what may import what (Nx tags), what stays pure, no cycles, no floating promises.
// Every fence has a planted violation in tools/fences/fences.spec.ts that must be caught.
import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';
import globals from 'globals';
import { depConstraints } from './tools/fences/boundaries.mjs';
import { pureRules } from './tools/fences/purity.mjs';

const source = ['apps/**/*.{ts,tsx}', 'bench/**/*.ts', 'libs/**/*.{ts,tsx}', 'e2e/**/*.ts', 'tools/**/*.ts'];
const tests = ['**/*.spec.ts', '**/*.spec.tsx', '**/*.fixture.ts', 'e2e/**/*.ts', 'tools/**/*.ts'];
const nodeOnly = {
  patterns: [
    {
      regex: '^@homing/vault(?!/(seal|webhook-keys)$)',
      message: 'Ingestion may seal, never open or look up; but for the keys sealed to itself.',
    },
  ],
};

export default tseslint.config(
  { ignores: ['**/dist/**', 'node_modules/**', '.nx/**', '.local/**', '.test/**', 'tools/fences/planted/**'] },
  { files: ['**/*.mjs', '**/*.js'], ...js.configs.recommended, languageOptions: { globals: globals.node } },
  { files: source, extends: [js.configs.recommended, ...tseslint.configs.recommended] },
  {
    files: source,
    plugins: { '@nx': nx, 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: {
      'import-x/extensions': ['.ts', '.tsx'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
      'import-x/resolver-next': [
        createTypeScriptImportResolver({
          conditionNames: ['@homing/source', 'node', 'import'],
          noWarnOnMultipleProjects: true,
        }),
      ],
    },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { enforceBuildableLibDependency: false, allow: [], depConstraints }],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-default-export': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
      'max-lines': ['error', { max: 300 }],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'nats', message: 'Superseded by @nats-io/* (ADR 0001).' }] },
      ],
    },
  },
  { files: ['libs/domain/src/**/*.ts', 'libs/contracts/src/**/*.ts'], ignores: tests, rules: pureRules },
  {
    files: ['apps/webhook-ingestion/src/**/*.ts'],
    ignores: tests,
    rules: { 'no-restricted-imports': ['error', nodeOnly] },
  },
  {
    files: ['apps/console/src/**/*.{ts,tsx}'],
    ignores: tests,
    rules: {
      'no-restricted-imports': 'off',
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['@homing/*'], allowTypeImports: true, message: 'The browser takes types only.' },
            { group: ['node:*'], message: 'Runs in a browser.' },
          ],
        },
      ],
    },
  },
  // Tests may reach for the harness (type:dev) and run as long as their story needs.
  { files: tests, rules: { '@nx/enforce-module-boundaries': 'off', 'max-lines': ['error', { max: 500 }] } },
  { files: ['**/vite.config.ts', '**/vite.config.mts'], rules: { 'import-x/no-default-export': 'off' } },
);
