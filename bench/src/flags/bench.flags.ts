export const SECTIONS = [
  'idle',
  'e2e',
  'accept',
  'webhooks',
  'webhooks-mixed',
  'highest',
  'rebuild',
  'what-if',
  'budget',
  'decision',
  'batched-email',
] as const;
export type SectionName = (typeof SECTIONS)[number];

export interface BenchFlags {
  readonly sections: readonly SectionName[];
  /** Requests a second; each section has its own default. */
  readonly rate?: number;
  /** Length of one measured load; each section has its own default. */
  readonly seconds?: number;
  /** Shorter loads, coarser search: to see that it runs, not to quote. */
  readonly quick: boolean;
  /** Instead of figures: who spends the CPU of a message. */
  readonly profile: boolean;
  /** Which door the load of `e2e`, `highest` and the profile comes through. Default `bus`. */
  readonly via: 'bus' | 'http';
  /** How long the simulated provider gathers events before it posts them, milliseconds. Default 250; SendGrid gathers for up to 30 s. */
  readonly gatherMs: number;
}

export const USAGE = `npm run bench -- [--only ${SECTIONS.join(',')}] [--rate N] [--seconds N] [--via bus|http] [--gather MS] [--quick] [--profile]`;

/** @throws Error naming what it does not understand, with the usage */
export function parseBenchFlags(args: readonly string[]): BenchFlags {
  const left = [...args];
  let flags: BenchFlags = { sections: SECTIONS, quick: false, profile: false, via: 'bus', gatherMs: 250 };
  for (let flag = left.shift(); flag !== undefined; flag = left.shift()) {
    if (flag === '--quick') flags = { ...flags, quick: true };
    else if (flag === '--profile') flags = { ...flags, profile: true };
    else if (flag === '--only') flags = { ...flags, sections: sections(left.shift()) };
    else if (flag === '--rate') flags = { ...flags, rate: positive(flag, left.shift()) };
    else if (flag === '--seconds') flags = { ...flags, seconds: positive(flag, left.shift()) };
    else if (flag === '--gather') flags = { ...flags, gatherMs: Number(left.shift()) || 0 };
    else if (flag === '--via') flags = { ...flags, via: door(left.shift()) };
    else throw new Error(`unknown argument ${flag}\n  next: ${USAGE}`);
  }
  return flags;
}

function sections(text: string | undefined): SectionName[] {
  const names = (text ?? '').split(',');
  const unknown = names.filter((name) => !SECTIONS.includes(name as SectionName));
  if (unknown.length > 0) throw new Error(`no such section: ${unknown.join(', ')}\n  next: ${USAGE}`);
  return SECTIONS.filter((name) => names.includes(name));
}

function positive(flag: string, text: string | undefined): number {
  const value = Number(text);
  if (text !== undefined && Number.isFinite(value) && value > 0) return value;
  throw new Error(`${flag} needs a number above 0\n  next: ${USAGE}`);
}

function door(text: string | undefined): 'bus' | 'http' {
  if (text === 'bus' || text === 'http') return text;
  throw new Error(`--via is bus or http\n  next: ${USAGE}`);
}
