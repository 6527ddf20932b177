// One code, three levels named in the file: .spec.ts (unit), .int.spec.ts (real stores), .e2e.spec.ts (the shipped processes).
const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@homing/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: {
    '^(?!.*node_modules)(\\.{1,2}/.*)\\.js$': '$1',
    '^fast-check$': '<rootDir>/tools/jest/seeded.fast-check.mjs',
  },
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/.local/', '<rootDir>/.test/', '<rootDir>/.nx/'],
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        module: { type: 'es6' },
        jsc: {
          target: 'es2023',
          keepClassNames: true,
          parser: { syntax: 'typescript', decorators: true, tsx: false },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
      },
    ],
  },
};
const heavy = {
  globalSetup: '<rootDir>/tools/jest/stores.setup.mjs',
  globalTeardown: '<rootDir>/tools/jest/stores.teardown.mjs',
};

export default {
  maxWorkers: 2,
  testTimeout: 300_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,bench,e2e,libs,tools}/**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', '/dist/', '\\.int\\.spec\\.ts$', '\\.e2e\\.spec\\.ts$'],
    },
    { ...shared, ...heavy, displayName: 'integration', testMatch: ['<rootDir>/{apps,libs}/**/*.int.spec.ts'] },
    { ...shared, ...heavy, displayName: 'e2e', testMatch: ['<rootDir>/{apps,e2e}/**/*.e2e.spec.ts'] },
  ],
};
