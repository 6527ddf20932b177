/** One line of what a service says to Prometheus. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Every series of one name in the text format; what is no number says nothing. */
export function readSeries(text: string, name: string): Series[] {
  return text.split('\n').flatMap((line) => {
    const [, named, written = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    if (named !== name || Number.isNaN(Number(value))) return [];
    const labels = Object.fromEntries(
      [...written.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, label = '', held = '']) => [label, held]),
    );
    return [{ labels, value: Number(value) }];
  });
}
