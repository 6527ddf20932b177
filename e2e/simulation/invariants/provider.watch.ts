import { parseDeliveryId } from '@homing/contracts';
import { ENDED_BADLY } from '../world/message.story.js';
import type { LedgerLine, ProviderCall } from '../world/sim.provider.js';
import type { World } from '../world/sim.world.js';
import { outreachIdOf, type Callers } from '../workload/front.doors.js';
import type { Wish } from '../workload/request.plan.js';
import type { LawfulHistory } from './lawful.history.js';

export interface ProviderWatchParts {
  readonly world: World;
  readonly history: LawfulHistory;
  readonly wishes: readonly Wish[];
  readonly callers: Callers;
}

/** Looks over the provider's shoulder: the ledger, not our own records, says what was sent. */
export function watchProvider(parts: ProviderWatchParts): void {
  const { provider } = parts.world;
  provider.onCall((call) => onCall(parts, call));
  provider.onAccept((line) => onAccept(parts, line));
}

function onCall({ world, history }: ProviderWatchParts, call: ProviderCall): void {
  const { watch, trace, provider, faults } = world;
  const name = `${trace.short('d', call.deliveryId)}:${call.attempt}`;
  const earlier = provider.calls.filter((c) => c.deliveryId === call.deliveryId && c.attempt === call.attempt);
  if (earlier.length > 1) watch.broken('one-call-per-attempt', `${name} was called ${earlier.length} times`);
  const of = parseDeliveryId(call.deliveryId);
  const claim = of && history.attempt(of.outreachId, of.leg, call.attempt);
  if (!of || claim?.claim.by !== call.by)
    return watch.broken('claim-before-call', `${name}: ${call.by} holds no claim`);
  if (claim.answer) watch.broken('claim-before-call', `${name} was called after its answer stood`);
  // The claimer measures on its own clocks; wall clocks are off by at most the skew.
  const skew = 2 * faults.drawn.skewMs;
  if (call.at > Date.parse(claim.claim.leaseUntil) + skew)
    watch.broken('claim-before-call', `${name} was called after its lease`);
  const leg = history.leg(of.outreachId, of.leg);
  if (leg && call.at > Date.parse(leg.expiresAt) + skew + CALL_MS)
    watch.broken('nothing-late', `${name} was called after its deadline`);
}

/** Who claimed just before the deadline may call for so long. */
const CALL_MS = 10_000;

function onAccept({ world, wishes }: ProviderWatchParts, line: LedgerLine): void {
  const { watch, trace, provider, faults } = world;
  const name = `${trace.short('d', line.deliveryId)}:${line.attempt}`;
  const before = provider.ledger.filter((other) => other.n < line.n && other.deliveryId === line.deliveryId);
  for (const other of before) {
    const bad = provider.told.some(
      (fact) => fact.providerMessageId === other.providerMessageId && ENDED_BADLY.has(fact.fact),
    );
    if (!bad)
      watch.broken(
        'one-message-per-leg',
        `${name} was taken while ${other.attempt} of the same leg had not ended badly`,
      );
  }
  const of = parseDeliveryId(line.deliveryId);
  const wish = wishes.filter((each) => outreachIdOf(each) === of?.outreachId);
  const says = ({ text, later }: Wish): boolean =>
    (text === line.text && (of?.leg === 1 || later.length > 0)) || (later.includes(line.text) && of?.leg !== 1);
  if (!wish.some((each) => each.tenantId === line.tenantId && says(each) && each.address === line.to))
    watch.broken('tenant-walls', `${name} went to ${line.to} saying "${line.text}", which nobody asked for`);
  const asked = wish.map(({ data }) => data['sendAt']).filter((at) => typeof at === 'string');
  const earliest = Math.min(...asked.map((at) => Date.parse(at)));
  if (asked.length === wish.length && line.at < earliest - 2 * faults.drawn.skewMs)
    watch.broken('nothing-late', `${name} was sent before the time asked for`);
}
