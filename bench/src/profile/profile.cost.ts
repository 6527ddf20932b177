/** A V8 CPU profile, as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds between samples. */
  readonly timeDeltas: readonly number[];
}

export interface FunctionCost {
  /** A room (`libs/vault`), a package (`@grpc/grpc-js`), a part of Node (`node:zlib`), or what the engine does by itself (`(gc)`). */
  readonly owner: string;
  readonly name: string;
  /** Microseconds in it, without what it called. */
  readonly self: number;
  /** Microseconds in it and in what it called, once however deep it calls itself. */
  readonly total: number;
}

/** Where the time of one process went, function by function; waiting is left out. */
export function costsOf({ nodes, samples, timeDeltas }: CpuProfile): FunctionCost[] {
  const parents = new Map<number, number>();
  const keys = new Map<number, string>();
  const costs = new Map<string, { owner: string; name: string; self: number; total: number }>();
  for (const { id, callFrame, children = [] } of nodes) {
    for (const child of children) parents.set(child, id);
    const owner = ownerOf(callFrame.url, callFrame.functionName);
    const place = callFrame.url.split('/').at(-1) ?? '';
    const name = `${callFrame.functionName || '(anonymous)'}${place ? ` ${place}:${callFrame.lineNumber + 1}` : ''}`;
    const key = `${owner} ${name}`;
    keys.set(id, key);
    if (!costs.has(key)) costs.set(key, { owner, name, self: 0, total: 0 });
  }
  const spent = new Map<number, number>();
  samples.forEach((id, i) => spent.set(id, (spent.get(id) ?? 0) + Math.max(0, timeDeltas[i] ?? 0)));
  for (const [id, us] of spent) {
    const own = costs.get(keys.get(id) ?? '');
    if (!own || IDLE.has(own.owner)) continue;
    own.self += us;
    const seen = new Set<string>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const key = keys.get(at) ?? '';
      const cost = costs.get(key);
      if (!cost || seen.has(key)) continue;
      seen.add(key);
      cost.total += us;
    }
  }
  return [...costs.values()].filter(({ total }) => total > 0);
}

/** Waiting, and the profiler itself. */
const IDLE = new Set(['(idle)', 'node:inspector']);

/** Whose code a URL is. */
export function ownerOf(url: string, functionName: string): string {
  if (url === '') {
    if (functionName === '(garbage collector)') return '(gc)';
    return functionName === '(program)'
      ? '(engine and system calls)'
      : functionName === '(idle)'
        ? '(idle)'
        : '(native)';
  }
  if (url.startsWith('node:')) return url.replace(/^node:internal\/([^/]+).*/, 'node:$1');
  const packages = url.split('/node_modules/');
  if (packages.length > 1) {
    const [scope = '', name = ''] = (packages.at(-1) ?? '').split('/');
    return scope.startsWith('@') ? `${scope}/${name}` : scope;
  }
  return /\/((?:apps|libs|bench)\/[^/]+)\/(?:dist|src)\//.exec(url)?.[1] ?? url;
}

/** The same shares of another whole: samples tell where time went, the kernel tells how much CPU time it was. */
export function scaledTo(costs: readonly FunctionCost[], us: number): FunctionCost[] {
  const sampled = costs.reduce((sum, { self }) => sum + self, 0);
  const scale = sampled === 0 ? 0 : us / sampled;
  return costs.map((cost) => ({ ...cost, self: cost.self * scale, total: cost.total * scale }));
}

/** Sums what several processes spent, by any name. */
export function sumBy(
  costs: readonly FunctionCost[],
  name: (cost: FunctionCost) => string,
): { name: string; self: number; total: number }[] {
  const sums = new Map<string, { name: string; self: number; total: number }>();
  for (const cost of costs) {
    const key = name(cost);
    const sum = sums.get(key) ?? { name: key, self: 0, total: 0 };
    sums.set(key, { name: key, self: sum.self + cost.self, total: sum.total + cost.total });
  }
  return [...sums.values()];
}
