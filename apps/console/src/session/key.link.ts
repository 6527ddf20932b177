/**
 * What the address `#key=<key>` (the link the launcher prints) asks of this tab. Whoever can make somebody follow a link must not
 * be able to move them into another account: a key that is held is given up only when its holder says so.
 */
export type KeyLink =
  | { readonly kind: 'none' }
  /** Nobody is signed in, or with this very key. */
  | { readonly kind: 'enter'; readonly key: string }
  /** Another key is held: to be asked. */
  | { readonly kind: 'ask'; readonly key: string };

export const isKeyLink = (hash: string): boolean => hash.startsWith('#key=');

export function readKeyLink(hash: string, held: string | undefined): KeyLink {
  const key = isKeyLink(hash) ? decoded(hash.slice('#key='.length)) : undefined;
  if (!key) return { kind: 'none' };
  return { kind: held === undefined || held === key ? 'enter' : 'ask', key };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
