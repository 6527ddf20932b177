import { isKeyLink, readKeyLink } from './key.link.js';

const NAME = 'homing.key';

/** Who this tab is. `offered`: a link brought another key, and nobody has said yet whether it is wanted. */
export interface TabKeys {
  readonly key?: string;
  readonly offered?: string;
}

/** What a session needs of its tab. */
export interface Tab {
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly location: Pick<Location, 'hash' | 'pathname'>;
  readonly history: Pick<History, 'replaceState'>;
}

/**
 * Reads the tab's key. One of `#key=<key>` is taken into this tab's session when none is held, and offered when another is; either
 * way it leaves the address, so that it is neither shared with it nor kept in the history. The part behind # never reaches a
 * server. Each link is read once.
 */
export function keysOfThisTab({ storage, location, history }: Tab = thisTab()): TabKeys {
  const key = storage.getItem(NAME) ?? undefined;
  const held = key === undefined ? {} : { key };
  if (!isKeyLink(location.hash)) return held;
  const link = readKeyLink(location.hash, key);
  history.replaceState(null, '', `${location.pathname}#/`);
  if (link.kind === 'none') return held;
  if (link.kind === 'ask') return { ...held, offered: link.key };
  storage.setItem(NAME, link.key);
  return { key: link.key };
}

const thisTab = (): Tab => ({ storage: sessionStorage, location: window.location, history });

export const rememberKey = (key: string): void => sessionStorage.setItem(NAME, key);
export const forgetKey = (): void => sessionStorage.removeItem(NAME);
