import { createHash } from 'node:crypto';

/** Distinct statements a pool's connections keep prepared; each takes some kilobytes of the server's memory, in each connection. */
const MOST_NAMES = 200;
/** Texts seen once that are remembered. */
const MOST_SEEN = 2_000;

/**
 * Which statements are worth preparing: those that come again. The server parses and plans a prepared statement once for each
 * connection instead of every time, which is most of the CPU of a small one.
 */
export class StatementNames {
  readonly #seen = new Set<string>();
  readonly #names = new Map<string, string | undefined>();

  /** The name to prepare this text under; undefined: send it as it is. */
  of(sql: string): string | undefined {
    if (this.#names.has(sql)) return this.#names.get(sql);
    if (this.#names.size >= MOST_NAMES) return undefined;
    if (this.#seen.has(sql)) {
      this.#seen.delete(sql);
      const name = `s_${createHash('sha256').update(sql).digest('hex').slice(0, 32)}`;
      this.#names.set(sql, name);
      return name;
    }
    if (this.#seen.size >= MOST_SEEN) this.#seen.clear();
    this.#seen.add(sql);
    return undefined;
  }

  /** From now on this text is sent as it is. */
  refuse(sql: string): void {
    this.#names.set(sql, undefined);
  }
}

/**
 * True when the statement failed only because it was prepared: its tables were changed since (0A000), or the connection behind a
 * pooler does not know it (26000, 42P05). The same text, sent as it is, works; a transaction it stood in has to begin again.
 */
export function failedAsPrepared(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === '26000' || code === '42P05' || (code === '0A000' && /cached plan/.test(String(message)));
}
