import { outreachStream, type OutreachEvent } from '@homing/contracts';
import { attemptState, emptyOutreach, evolveOutreach, type KnownOutreach, type OutreachState } from '@homing/domain';
import type { RecordedEvent } from '@homing/event-store';
import type { World } from '../world/sim.world.js';

type Delivery = KnownOutreach['deliveries'][number];
type Attempt = Delivery['attempts'][number];

/** The provider owes us a word: stated as such, and nothing of ours is left to be done. */
const WAITING = new Set(['queued', 'sent', 'deferred']);

/** One decided outreach at rest: it is over or says what it waits for, says why, and agrees with the provider. */
export function checkOutreach(
  world: World,
  { outreachId, events }: { readonly outreachId: string; readonly events: readonly RecordedEvent[] },
  acknowledged: ReadonlySet<string>,
): void {
  const { watch, trace } = world;
  const name = trace.short('s', outreachStream(outreachId));
  const state = foldOf(events);
  if (state.status === 'none' || state.status === 'requested')
    return watch.broken('accepted-not-lost', `${name} was never decided`);
  if (state.status === 'refused') {
    if (!state.refusal?.step || !state.refusal.reason)
      watch.broken('every-why', `${name} was refused, nobody knows why`);
    return;
  }
  if (!explained(events)) watch.broken('every-why', `${name} was decided and nobody knows why`);
  for (const delivery of state.deliveries) {
    if (delivery.closed && !delivery.closed.reason) watch.broken('every-why', `${name} is closed and nobody knows why`);
    for (const attempt of delivery.attempts) checkAttempt(world, { name, delivery, attempt, acknowledged });
    const last = delivery.attempts.at(-1);
    const stands = last && attemptState(last);
    if (state.status !== 'settled' && !delivery.closed && !WAITING.has(stands ?? ''))
      watch.broken('accepted-not-lost', `${name} stands still at ${stands ?? 'its beginning'}`);
  }
}

const foldOf = (events: readonly RecordedEvent[]): OutreachState =>
  events.reduce((state, { type, data }) => evolveOutreach(state, { type, data } as OutreachEvent), emptyOutreach);

function explained(events: readonly RecordedEvent[]): boolean {
  const decided = events.find(({ type }) => type === 'OutreachDecided')?.data as
    Extract<OutreachEvent, { type: 'OutreachDecided' }>['data'] | undefined;
  // Cancelled before it was decided: that is why.
  if (!decided) return events.some(({ type }) => type === 'CancellationRequested');
  return decided.explanation.steps.length > 0 && decided.explanation.ranked.length > 0;
}

interface OneAttempt {
  readonly name: string;
  readonly delivery: Delivery;
  readonly attempt: Attempt;
  readonly acknowledged: ReadonlySet<string>;
}

/** What is recorded of an attempt against what its provider said and did. */
function checkAttempt({ watch, provider, bus }: World, { name, delivery, attempt, acknowledged }: OneAttempt): void {
  const of = (each: { deliveryId?: string; attempt?: number }): boolean =>
    each.deliveryId === delivery.deliveryId && each.attempt === attempt.attempt;
  const told = provider.told.filter(of);
  const recorded = new Set(attempt.facts.map((fact) => fact.providerEventId));
  const facts = (fault: string): void => watch.broken('facts-are-a-set', `${name}:${attempt.attempt}: ${fault}`);
  for (const { providerEventId, fact } of told) {
    // Of signals a bus that lost its disk promises nothing.
    if (acknowledged.has(providerEventId) && !bus.lossy && !recorded.has(providerEventId))
      facts(`${fact} was acknowledged and is not recorded`);
  }
  if (recorded.size !== attempt.facts.length) facts('a fact stands twice');
  const byProvider = attemptState({ ...attempt, facts: told });
  if (told.every((fact) => recorded.has(fact.providerEventId)) && attemptState(attempt) !== byProvider)
    facts(`it is ${attemptState(attempt)}; by what the provider said it is ${byProvider}`);
  const taken = provider.ledger.some(of);
  if (attempt.answer?.kind === 'rejected' && taken)
    watch.broken('lawful-history', `${name}: rejected, and in the ledger`);
  if (attempt.answer?.kind === 'accepted' && !taken)
    watch.broken('lawful-history', `${name}: accepted, and not in the ledger`);
}
