export interface StartFlags {
  /** Wipe every store of this home first. */
  fresh: boolean;
  /** Bring demonstration data; the sandbox tenant, its campaign and templates are there in any case. */
  demo: boolean;
}

/** @throws Error naming an argument it does not know. */
export function parseStartFlags(args: string[]): StartFlags {
  const known = ['--fresh', '--no-demo'];
  const unknown = args.filter((arg) => !known.includes(arg));
  if (unknown.length > 0) throw new Error(`unknown argument ${unknown.join(', ')}; there are ${known.join(', ')}`);
  return { fresh: args.includes('--fresh'), demo: !args.includes('--no-demo') };
}
