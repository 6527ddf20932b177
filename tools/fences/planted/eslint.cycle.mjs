// The cycle rule exactly as the house sets it, pointed at two planted files (which the house's own lint leaves out).
import house from '../../../eslint.config.mjs';
import tseslint from 'typescript-eslint';

const withCycleRule = house.find((entry) => entry.rules?.['import-x/no-cycle']);

export default [
  {
    files: ['tools/fences/planted/**/*.ts'],
    languageOptions: { parser: tseslint.parser },
    plugins: { 'import-x': withCycleRule.plugins['import-x'] },
    settings: withCycleRule.settings,
    rules: { 'import-x/no-cycle': withCycleRule.rules['import-x/no-cycle'] },
  },
];
