const NAME = 'homing.worker';

/**
 * Who works in this tab, to those who share its key: a word made at random that names nobody. A tab keeps it until it is closed, so that a
 * task in hand stays in hand when the page is loaded anew.
 */
export function workerOfThisTab(
  storage: Pick<Storage, 'getItem' | 'setItem'> = sessionStorage,
  random: () => string = () => crypto.randomUUID(),
): string {
  const known = storage.getItem(NAME);
  if (known !== null) return known;
  const worker = `console-${random()}`;
  storage.setItem(NAME, worker);
  return worker;
}
