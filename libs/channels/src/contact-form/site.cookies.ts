/** Cookies of one visit: kept in memory, sent back to the origin that set them and to nobody else. */
export class SiteCookies {
  readonly #kept = new Map<string, Map<string, string>>();

  keep(url: URL, lines: readonly string[]): void {
    const kept = this.#kept.get(url.origin) ?? new Map<string, string>();
    this.#kept.set(url.origin, kept);
    for (const line of lines.slice(0, MOST_COOKIES)) {
      const [, name = '', value = ''] = /^\s*([^=;\s]{1,200})=([^;]{0,4000})/.exec(line) ?? [];
      if (name !== '' && (kept.has(name) || kept.size < MOST_COOKIES)) kept.set(name, value.trim());
    }
  }

  headerFor(url: URL): string | undefined {
    const kept = [...(this.#kept.get(url.origin) ?? [])];
    return kept.length === 0 ? undefined : kept.map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

const MOST_COOKIES = 50;
