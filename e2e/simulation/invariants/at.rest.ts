import { outreachStream } from '@homing/contracts';
import type { WebhookSender } from '../services/ingestion.service.js';
import { outreachIdOf, type Callers } from '../workload/front.doors.js';
import type { Wish } from '../workload/request.plan.js';
import type { World } from '../world/sim.world.js';
import { checkAudience } from './audience.check.js';
import type { LedgerBooks } from '../world/ledger.books.js';
import { checkBooks } from './books.check.js';
import { checkContacts } from './gate.watch.js';
import type { LawfulHistory } from './lawful.history.js';
import { checkOutreach } from './outreach.check.js';
import { checkPublished } from './published.check.js';
import { checkQuietHours } from './quiet.check.js';
import { differencesToRebuild } from './rebuilt.rows.js';

export interface AtRest {
  readonly world: World;
  readonly wishes: readonly Wish[];
  readonly callers: Callers;
  readonly webhooks: WebhookSender;
  readonly history: LawfulHistory;
  readonly books: LedgerBooks;
}

/** Everything that must hold once all is well again and nobody has anything left to do. */
export function checkAtRest(parts: AtRest): void {
  const { world, webhooks } = parts;
  acceptedIsThere(parts);
  const decided = [...world.vault.sealed.keys()]
    .map((outreachId) => ({ outreachId, events: world.store.eventsOf(outreachStream(outreachId)) }))
    .filter(({ events }) => events.some(({ type }) => type !== 'OutreachAbandoned'));
  for (const outreach of decided) checkOutreach(world, outreach, webhooks.acknowledged);
  checkAudience(world, decided.length);
  checkPublished(world, decided);
  checkBooks(parts);
  checkQuietHours(parts);
  checkContacts(world, parts.history);
  const { watch, store, rows } = world;
  for (const difference of differencesToRebuild(rows.tables, store))
    watch.broken('read-model-equals-rebuild', difference);
  deadLettersAreOurs(world);
}

function acceptedIsThere({ world, wishes, callers }: AtRest): void {
  const { vault, bus, store, watch, trace } = world;
  for (const wish of wishes) {
    const id = outreachIdOf(wish);
    // A bus that lost its disk may have lost what it held unsealed; the API acknowledges only what is sealed.
    const at = callers.acknowledged.get(wish);
    if (at === undefined || wish.poison || (wish.door === 'bus' && bus.lossy)) continue;
    // Nor has anybody promised anything for what was offered after its own deadline.
    const mustBeSealed = !(Date.parse(String(wish.data['expiresAt'])) <= at + world.faults.drawn.skewMs);
    if (mustBeSealed && !vault.sealed.has(id))
      watch.broken('accepted-not-lost', `request ${wish.n} was acknowledged and is nowhere`);
  }
  for (const { outreachId, erased } of vault.sealed.values()) {
    const stream = outreachStream(outreachId);
    if (!store.eventsOf(stream).every(({ type }) => type === 'OutreachAbandoned')) continue;
    const name = trace.short('s', stream);
    if (erased)
      watch.broken('every-why', `${name} was accepted, its person erased, and nothing says why it went no further`);
    else watch.broken('accepted-not-lost', `${name} is sealed and was never decided`);
  }
}

/** Of what we ourselves publish nothing is poison; of requests only what nobody could ever handle. */
const HOPELESS: Readonly<Record<string, readonly string[]>> = {
  'orchestrator-requests': ['invalid_request', 'same_id_different_content'],
};

function deadLettersAreOurs({ bus, watch, trace }: World): void {
  for (const { consumer, reason, message } of bus.deadLetters) {
    if (HOPELESS[consumer]?.includes(reason)) continue;
    watch.broken('dead-letters', `${consumer} gave up ${trace.short('m', message.msgId)}: ${reason}`);
  }
}
