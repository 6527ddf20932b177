import { createHash } from 'node:crypto';

interface Line {
  readonly at: number;
  readonly who: string;
  readonly what: string;
}

/** What happened, line by line: the same seed gives the same lines, byte for byte. */
export class Trace {
  readonly #lines: Line[] = [];
  readonly #names = new Map<string, string>();

  constructor(
    private readonly now: () => number,
    private readonly start: number,
  ) {}

  readonly say = (who: string, what: string): void => {
    this.#lines.push({ at: this.now() - this.start, who, what });
  };

  /** A short name for a long id, the same throughout a run. */
  short(kind: string, id: string): string {
    const known = this.#names.get(id);
    if (known) return known;
    const name = `${kind}${this.#names.size}`;
    this.#names.set(id, name);
    return name;
  }

  get length(): number {
    return this.#lines.length;
  }

  get lines(): string[] {
    return this.#lines.map(({ at, who, what }) => `${clock(at)} ${who}: ${what}`);
  }

  get hash(): string {
    return createHash('sha256').update(this.lines.join('\n')).digest('hex');
  }
}

/** Days and time of day since the start. */
function clock(ms: number): string {
  const pad = (n: number, width: number): string => String(Math.floor(n)).padStart(width, '0');
  const time = `${pad((ms / 3_600_000) % 24, 2)}:${pad((ms / 60_000) % 60, 2)}:${pad((ms / 1000) % 60, 2)}.${pad(ms % 1000, 3)}`;
  return `${Math.floor(ms / 86_400_000)}d ${time}`;
}
