import type { HeardPlace, WebhookHealthReport } from '@homing/contracts';
import type { Caller } from '../security/caller.js';

export interface ShownHealth {
  readonly provider: string;
  readonly account?: string;
  readonly keys: number;
  readonly valid: number;
  readonly forged: number;
  readonly stale: number;
  readonly unreadable: number;
  readonly notStored: number;
  readonly lastValidAt?: string;
  readonly lastForgedAt?: string;
}

/**
 * What came of the webhooks of each provider and account, over all processes of ingestion that ran within the last seven days. The
 * installation's own accounts are everybody's; of the others a tenant sees its own.
 */
export function healthOf(
  reports: readonly WebhookHealthReport[],
  { tenantId }: Pick<Caller, 'tenantId'>,
): ShownHealth[] {
  const found = new Map<string, ShownHealth & { readonly at: string }>();
  for (const { at, places } of reports)
    for (const place of places) {
      if (place.account !== undefined && place.tenantId !== tenantId) continue;
      const name = `${place.provider}/${place.account ?? ''}`;
      const before = found.get(name);
      found.set(name, before ? together(before, place, at) : { ...shown(place), at });
    }
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([, { at: _at, ...health }]) => health);
}

function shown(place: HeardPlace): ShownHealth {
  const { tenantId: _tenantId, ...health } = place;
  return health;
}

/** Counts add up; how many keys are in force says who spoke last. */
function together(before: ShownHealth & { readonly at: string }, place: HeardPlace, at: string) {
  return {
    ...before,
    valid: before.valid + place.valid,
    forged: before.forged + place.forged,
    stale: before.stale + place.stale,
    unreadable: before.unreadable + place.unreadable,
    notStored: before.notStored + place.notStored,
    keys: at >= before.at ? place.keys : before.keys,
    at: at >= before.at ? at : before.at,
    ...latest('lastValidAt', before.lastValidAt, place.lastValidAt),
    ...latest('lastForgedAt', before.lastForgedAt, place.lastForgedAt),
  };
}

function latest<K extends string>(name: K, one?: string, other?: string): Partial<Record<K, string>> {
  const later = [one, other]
    .filter((each) => each !== undefined)
    .toSorted()
    .at(-1);
  return (later === undefined ? {} : { [name]: later }) as Partial<Record<K, string>>;
}
