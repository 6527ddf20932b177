/** A body that many messages share, and what of it is each one's own. */
export interface SharedText {
  /** With keys where messages differ. */
  readonly shared: string;
  /** For each message, in order: what its keys stand for. */
  readonly substitutions: readonly Readonly<Record<string, string>>[];
}

/**
 * One text for all, with keys where they differ: replacing its keys gives each message's text again, exactly. Texts cut into as many
 * lines and tags (rendered from one template) share all that is alike; others share nothing and stand whole behind one key.
 * `mark` begins every key and must stand in none of the texts.
 */
export function shareText(texts: readonly string[], mark: string): SharedText {
  const cut = texts.map((text) => text.split(/(?<=[\n>])/));
  const length = cut[0]?.length ?? 0;
  const pieces = cut.every((each) => each.length === length) ? cut : texts.map((text) => [text]);
  const substitutions: Record<string, string>[] = texts.map(() => ({}));
  let shared = '';
  let open: string | undefined;
  for (let at = 0; at < (pieces[0]?.length ?? 0); at += 1) {
    const piece = pieces[0]?.[at] ?? '';
    if (pieces.every((each) => each[at] === piece)) {
      shared += piece;
      open = undefined;
      continue;
    }
    if (open === undefined) {
      open = keyOf(mark, shared.length);
      shared += open;
    }
    for (const [i, own] of substitutions.entries()) own[open] = (own[open] ?? '') + (pieces[i]?.[at] ?? '');
  }
  return { shared, substitutions };
}

/** No key is part of another: each ends with the sign that numbers cannot hold. No sign in it means anything in HTML. */
const keyOf = (mark: string, at: number): string => `-${mark}.${at}-`;

/** SendGrid's limit of one personalization's substitutions; keys, values and their punctuation counted. */
export const MOST_SUBSTITUTION_BYTES = 10_000;

export const fitsSubstitutions = (substitutions: Readonly<Record<string, string>>): boolean =>
  Buffer.byteLength(JSON.stringify(substitutions)) <= MOST_SUBSTITUTION_BYTES;
