/**
 * Whether a site's `robots.txt` asks machines to stay away from a path: the longest rule that fits counts, of the group that names us,
 * else of the group for everybody. A file that cannot be read forbids nothing.
 */
export function robotsForbid(
  file: string,
  { agent, path }: { readonly agent: string; readonly path: string },
): boolean {
  const groups = new Map<string, [allow: boolean, prefix: string][]>();
  let names: string[] = [];
  let inRules = false;
  for (const line of file.split(/\r?\n/, MOST_LINES)) {
    const [word, value] = fieldOf(line);
    if (word === 'user-agent') {
      if (inRules) names = [];
      inRules = false;
      if (names.length < MOST_NAMES) names.push(value.toLowerCase());
    } else if (word === 'disallow' || word === 'allow') {
      inRules = true;
      if (value !== '')
        for (const name of names) {
          const rules = groups.get(name) ?? [];
          groups.set(name, rules);
          rules.push([word === 'allow', value]);
        }
    }
  }
  const rules = groups.get(agent.toLowerCase()) ?? groups.get('*') ?? [];
  const fitting = rules.filter(([, prefix]) => fits(prefix, path)).sort(([, a], [, b]) => b.length - a.length);
  const [first] = fitting;
  return first !== undefined && !fitting.some(([allow, prefix]) => allow && prefix.length === first[1].length);
}

const MOST_LINES = 5_000;
/** Agents that one group is for. */
const MOST_NAMES = 100;

/** Cut, not matched: whoever wrote the file could make a pattern try for hours. */
function fieldOf(line: string): readonly [word: string, value: string] {
  const [said = ''] = line.split('#', 1);
  const colon = said.indexOf(':');
  return colon < 0 ? ['', ''] : [said.slice(0, colon).trim().toLowerCase(), said.slice(colon + 1).trim()];
}

/** `*` stands for anything, `$` for the end. */
function fits(rule: string, path: string): boolean {
  const ends = rule.endsWith('$');
  const parts = (ends ? rule.slice(0, -1) : rule).split('*');
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (ends && index === parts.length - 1) {
      const from = path.length - part.length;
      return path.endsWith(part) && (index === 0 ? from === 0 : from >= at);
    }
    const found = index === 0 ? (path.startsWith(part) ? 0 : -1) : path.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}
