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
  for (const line of file.split(/\r?\n/).slice(0, 5_000)) {
    const [, field = '', value = ''] = /^\s*([\w-]+)\s*:\s*([^#]*?)\s*(#.*)?$/.exec(line) ?? [];
    const word = field.toLowerCase();
    if (word === 'user-agent') {
      if (inRules) names = [];
      inRules = false;
      names.push(value.toLowerCase());
    } else if (word === 'disallow' || word === 'allow') {
      inRules = true;
      if (value !== '')
        for (const name of names) groups.set(name, [...(groups.get(name) ?? []), [word === 'allow', value]]);
    }
  }
  const rules = groups.get(agent.toLowerCase()) ?? groups.get('*') ?? [];
  const fitting = rules.filter(([, prefix]) => fits(prefix, path)).sort(([, a], [, b]) => b.length - a.length);
  const [first] = fitting;
  return first !== undefined && !fitting.some(([allow, prefix]) => allow && prefix.length === first[1].length);
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
