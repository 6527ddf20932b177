/**
 * The labels of a metric. Either every value a label may have, or `'open'`: then the first 100 values seen are kept. Whatever is
 * not declared, comes later, or does not look like a code (letters, digits, `_ . : / * -`, at most 80) is counted as `other`, so that
 * neither an address nor a flood of values can reach the exposition.
 */
export type LabelBounds = Readonly<Record<string, readonly string[] | 'open'>>;

/** The labels one observation must give. */
export type LabelsOf<L extends LabelBounds> = {
  readonly [K in keyof L]: L[K] extends readonly (infer V extends string)[] ? V : string;
};

const mostValues = 100;
const code = /^[\w.:/*-]{1,80}$/;

/** Keeps label values within their bounds. */
export class BoundLabels<L extends LabelBounds> {
  readonly names: readonly string[];
  readonly #kept: Readonly<Record<string, { readonly values: Set<string>; readonly open: boolean }>>;

  constructor(bounds: L) {
    this.names = Object.keys(bounds);
    this.#kept = Object.fromEntries(
      Object.entries(bounds).map(([name, values]) => [
        name,
        values === 'open' ? { values: new Set(), open: true } : { values: new Set(values), open: false },
      ]),
    );
  }

  of(given: LabelsOf<L>): Record<string, string> {
    const labels: Record<string, string> = {};
    for (const name of this.names) labels[name] = this.#bound(name, given[name as keyof L]);
    return labels;
  }

  /** Every combination of declared values; none when a label is open. */
  combinations(): Record<string, string>[] {
    let all: Record<string, string>[] = [{}];
    for (const [name, { values, open }] of Object.entries(this.#kept)) {
      if (open) return [];
      all = all.flatMap((labels) => [...values].map((value) => ({ ...labels, [name]: value })));
    }
    return all;
  }

  #bound(name: string, value: string): string {
    const kept = this.#kept[name];
    if (!kept || kept.values.has(value)) return value;
    if (!kept.open || kept.values.size >= mostValues || !code.test(value)) return 'other';
    kept.values.add(value);
    return value;
  }
}
