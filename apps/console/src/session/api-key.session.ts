const NAME = 'homing.key';

/**
 * Takes the key of `#key=<key>` (the link the launcher prints) into this tab's session and out of the address, so that it is
 * neither shared with it nor kept in the history. The part behind # never reaches a server.
 */
export function keyOfThisTab(): string | undefined {
  const given = /^#key=(.+)$/.exec(window.location.hash)?.[1];
  if (given === undefined) return sessionStorage.getItem(NAME) ?? undefined;
  const key = decodeURIComponent(given);
  sessionStorage.setItem(NAME, key);
  history.replaceState(null, '', `${window.location.pathname}#/`);
  return key;
}

export const rememberKey = (key: string): void => sessionStorage.setItem(NAME, key);
export const forgetKey = (): void => sessionStorage.removeItem(NAME);
