import type { Template } from 'liquidjs';
import type { BodyPart, ContentFault } from './content.types.js';
import { syntaxFault } from './liquid.faults.js';
import { engineOf } from './liquid.engine.js';

export type CompiledBody =
  { readonly kind: 'compiled'; readonly nodes: Template[] } | { readonly kind: 'fault'; readonly fault: ContentFault };

export function compileBody(part: BodyPart, source: string): CompiledBody {
  try {
    return { kind: 'compiled', nodes: engineOf(part).parse(source) };
  } catch (error) {
    return { kind: 'fault', fault: syntaxFault(part, error) };
  }
}

/** Compiled bodies by their own text, the most recently used kept: nothing in it can be stale. */
export class CompiledBodyCache {
  readonly #bodies = new Map<string, CompiledBody>();

  constructor(
    private readonly part: BodyPart,
    private readonly capacity: number,
  ) {}

  get size(): number {
    return this.#bodies.size;
  }

  get(source: string): CompiledBody {
    const body = this.#bodies.get(source) ?? compileBody(this.part, source);
    this.#bodies.delete(source);
    this.#bodies.set(source, body);
    if (this.#bodies.size > this.capacity) this.#bodies.delete(this.#bodies.keys().next().value as string);
    return body;
  }
}
