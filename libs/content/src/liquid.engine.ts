import { Liquid } from 'liquidjs';
import type { BodyPart } from './content.types.js';

const limits = {
  /** Characters of one body. */
  parseLimit: 500_000,
  /** Milliseconds of one rendering; far beyond any honest template, so a slow machine refuses nothing. */
  renderLimit: 1_000,
  /** Characters and items allocated by one rendering. */
  memoryLimit: 5_000_000,
};

/** No other files, no inheritance: a body stands alone. */
const withoutTags = ['include', 'render', 'layout', 'block'];

function createEngine(outputEscape?: 'escape'): Liquid {
  const engine = new Liquid({
    ...limits,
    ...(outputEscape === undefined ? {} : { outputEscape }),
    strictVariables: true,
    lenientIf: true,
    strictFilters: true,
    ownPropertyOnly: true,
    catchAllErrors: true,
    templates: {},
  });
  for (const tag of withoutTags) delete engine.tags[tag];
  return engine;
}

function createHtmlEngine(): Liquid {
  const engine = createEngine('escape');
  // The one way past escaping is closed; `escape` said aloud stays a single one.
  delete engine.filters.raw;
  engine.registerFilter('escape', { raw: true, handler: (value: unknown) => escapeHtml(String(value ?? '')) });
  return engine;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] as string);
}

const plain = createEngine();
const html = createHtmlEngine();

/** Every value put out in html is escaped; subject and text are plain. */
export function engineOf(part: BodyPart): Liquid {
  return part === 'html' ? html : plain;
}
