import { budgetStream, ledgerKindOf, outreachStream, parseDeliveryId, parseReservationKey } from '@homing/contracts';
import type { LedgerLine } from '../world/sim.provider.js';
import { ENDED_BADLY } from '../world/message.story.js';
import type { World } from '../world/sim.world.js';
import { priceOf, type BooksWatchParts } from './books.watch.js';
import type { LawfulHistory } from './lawful.history.js';

const HOUR = 3_600_000;
const dayIn = (zone: string, at: number): string => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(at);

/** The books at rest, and what really went out, against every limit that was set. */
export function checkBooks(parts: BooksWatchParts): void {
  nobodysReservations(parts);
  slotsStayWhereTheySent(parts);
  moneyIsAccounted(parts);
  contactsAreWithinLimits(parts);
}

/** Once all is over, what is still reserved is held by something that is still under way, or was kept for good. */
function nobodysReservations({ world, history, books }: BooksWatchParts): void {
  const { watch, trace, provider } = world;
  const all = [
    ...[...books.slots].flatMap(([stream, slots]) => [...slots.keys()].map((key) => ({ stream, key }))),
    ...[...books.balances].flatMap(([stream, { open }]) => [...open.keys()].map((key) => ({ stream, key }))),
  ];
  for (const { stream, key } of all) {
    const of = parseReservationKey(key);
    const status = of && history.status(of.outreachId);
    const name = `${key.slice(37)} of ${of ? trace.short('s', outreachStream(of.outreachId)) : '?'} in ${ledgerKindOf(stream)}`;
    if (!of || status === undefined || status === 'refused' || status === 'requested') {
      watch.broken('nobodys-reservation', `${name} stands, and it is ${status ?? 'not decided'}`);
      continue;
    }
    if (status !== 'settled') continue;
    const leg = history.leg(of.outreachId, of.leg);
    const deliveryId = `${of.outreachId}.${of.leg}`;
    const kept =
      leg?.attempts.some(({ assumed }) => assumed) || provider.ledger.some((line) => line.deliveryId === deliveryId);
    if (ledgerKindOf(stream) !== 'person') watch.broken('nobodys-reservation', `${name} stands, and it is settled`);
    else if (!kept) watch.broken('nobodys-reservation', `${name} stands, and nothing was ever sent`);
  }
  for (const line of goodLines(world)) {
    const of = parseDeliveryId(line.deliveryId);
    const leg = of && history.leg(of.outreachId, of.leg);
    for (const stream of leg?.booking?.ledgers ?? []) {
      const held = [...(books.slots.get(stream)?.keys() ?? [])].some((key) => key.startsWith(`${line.deliveryId}/`));
      if (ledgerKindOf(stream) === 'person' && !held)
        watch.broken(
          'books-hold',
          `${trace.short('d', line.deliveryId)} went out and the person’s book has forgotten it`,
        );
    }
  }
}

/** The slot of what went out is where it went out, whoever came late. */
function slotsStayWhereTheySent({ world, history, books }: BooksWatchParts): void {
  const { watch, trace, faults } = world;
  const slack = 60_000 + 4 * faults.drawn.skewMs;
  for (const { deliveryId, attempt } of goodLines(world)) {
    const of = parseDeliveryId(deliveryId);
    const leg = of && history.leg(of.outreachId, of.leg);
    const call = leg?.attempts[attempt - 1];
    if (!leg?.booking || !call || call.resent) continue;
    const started = Date.parse(call.startedAt);
    for (const stream of leg.booking.ledgers) {
      for (const [key, { at, until }] of books.slots.get(stream) ?? []) {
        if (!key.startsWith(`${deliveryId}/`)) continue;
        if (started < Date.parse(at) - slack || started > Date.parse(until) + slack)
          watch.broken(
            'books-hold',
            `${trace.short('d', deliveryId)}:${attempt} went out at ${call.startedAt}, its slot is for ${at} to ${until}`,
          );
      }
    }
  }
}

/** What the provider took is spent or still reserved; what is spent, the provider took or is assumed to have taken. */
function moneyIsAccounted({ world, history, books }: BooksWatchParts): void {
  const { watch, trace, provider, registry } = world;
  for (const { id } of registry.campaigns) {
    const stream = budgetStream(id);
    const ofCampaign = (deliveryId: string): boolean => {
      const of = parseDeliveryId(deliveryId);
      return of !== undefined && history.request(of.outreachId)?.campaignKey === id;
    };
    const lines = provider.ledger.filter((line) => ofCampaign(line.deliveryId));
    const cost = lines.reduce((sum, line) => sum + priceOf(history, line.deliveryId), 0);
    const assumed = history.assumed().filter(({ deliveryId }) => ofCampaign(deliveryId));
    const unseen = assumed.filter(
      ({ deliveryId, attempt }) => !lines.some((line) => line.deliveryId === deliveryId && line.attempt === attempt),
    );
    const most = cost + unseen.reduce((sum, { deliveryId }) => sum + priceOf(history, deliveryId), 0);
    const balance = books.balances.get(stream);
    const name = trace.short('b', stream);
    if (books.taken(stream) < cost)
      watch.broken('books-hold', `${name} knows of ${books.taken(stream)}, the provider took ${cost}`);
    if ((balance?.spent ?? 0) > most)
      watch.broken('books-hold', `${name} says ${balance?.spent} were spent, it was ${most} at most`);
    const limits = registry.limitsOf(id).map(({ budget }) => budget?.totalMicros ?? Infinity);
    if (cost > Math.max(...limits))
      watch.broken('caps-and-budgets', `${name}: ${cost} was spent of ${Math.max(...limits)}`);
  }
}

/** Messages that may have reached the person. */
const goodLines = ({ provider }: World): LedgerLine[] => {
  const bad = new Set(provider.told.filter(({ fact }) => ENDED_BADLY.has(fact)).map((fact) => fact.providerMessageId));
  return provider.ledger.filter((line) => !bad.has(line.providerMessageId));
};

function contactsAreWithinLimits({ world, history }: BooksWatchParts): void {
  const { watch, registry, faults } = world;
  // From the claim's last moment to the provider's taking it some time passes, and clocks differ.
  const slack = 60_000 + 4 * faults.drawn.skewMs;
  for (const { id: tenantId, settings } of registry.tenants) {
    const lines = goodLines(world).filter((line) => line.tenantId === tenantId);
    const { perDay = 3, perWeek = 10 } = settings.caps ?? {};
    for (const person of new Set(lines.flatMap((line) => peopleOf(history, line)))) {
      const at = lines.filter((line) => peopleOf(history, line).includes(person)).map((line) => line.at);
      for (const [limit, hours] of [
        [perDay, 24],
        [perWeek, 168],
      ] as const) {
        if (limit === null) continue;
        const most = Math.max(
          0,
          ...at.map((start) => at.filter((t) => t >= start && t - start < hours * HOUR - slack).length),
        );
        if (most > limit)
          watch.broken('caps-and-budgets', `${most} messages to one person in ${hours} h, ${limit} are allowed`);
      }
    }
    const { dedupHours = 24 } = settings;
    if (dedupHours !== null)
      for (const fault of duplicates(lines, dedupHours * HOUR - slack)) watch.broken('caps-and-budgets', fault);
  }
  quotas({ world, history });
  channelQuotas({ world, history });
}

/** Messages that a tenant sent by a channel in one hour and in one day, by the moment they were claimed for. Tenants' days are UTC's. */
function channelQuotas({ world: { registry, provider, watch }, history }: Pick<BooksWatchParts, 'world' | 'history'>) {
  for (const { id, settings } of registry.tenants) {
    const { maxPerHour, maxPerDay } = settings.channels?.email ?? {};
    const claimed = provider.ledger
      .filter((line) => line.tenantId === id)
      .map((line) => {
        const of = parseDeliveryId(line.deliveryId);
        const startedAt = of && history.attempt(of.outreachId, of.leg, line.attempt)?.startedAt;
        return startedAt ?? new Date(line.at).toISOString();
      });
    for (const [limit, length] of [
      [maxPerHour ?? Infinity, 13],
      [maxPerDay ?? Infinity, 10],
    ] as const) {
      for (const [span, all] of Map.groupBy(claimed, (at) => at.slice(0, length)))
        if (all.length > limit)
          watch.broken('caps-and-budgets', `${all.length} emails of a tenant in ${span}, ${limit} are allowed`);
    }
  }
}

function peopleOf(history: LawfulHistory, { deliveryId }: LedgerLine): string[] {
  const of = parseDeliveryId(deliveryId);
  const request = of && history.request(of.outreachId);
  const fingerprint = of && history.leg(of.outreachId, of.leg)?.plan?.contact.fingerprint;
  const heldBy = request?.contacts.find((contact) => contact.fingerprint === fingerprint)?.heldBy;
  return [...new Set([request?.personId, heldBy].filter((id) => id !== undefined))];
}

function duplicates(lines: readonly LedgerLine[], windowMs: number): string[] {
  return lines.flatMap((a) =>
    lines
      .filter(
        (b) =>
          b.n > a.n && b.deliveryId !== a.deliveryId && b.to === a.to && b.text === a.text && b.at - a.at < windowMs,
      )
      .map((b) => `${a.to} got "${a.text}" twice (${a.n} and ${b.n}) within the look-back`),
  );
}

/** Messages that a campaign sent in one of its local days, by the moment they were claimed for. */
function quotas({ world, history }: Pick<BooksWatchParts, 'world' | 'history'>): void {
  const { registry, provider, watch, trace } = world;
  for (const { id } of registry.campaigns) {
    const rules = registry.limitsOf(id);
    const zones = new Set(rules.map(({ timeZone = 'UTC' }) => timeZone));
    const limits = rules.map(({ dailyLimit }) => dailyLimit ?? Infinity);
    const spendable = rules.map(({ budget }) => budget?.perDayMicros ?? Infinity);
    const [zone] = zones;
    // Where the days themselves were moved there is no day to count.
    if (zones.size !== 1 || zone === undefined) continue;
    const days = new Map<string, { messages: number; micros: number }>();
    for (const line of provider.ledger) {
      const of = parseDeliveryId(line.deliveryId);
      if (!of || history.request(of.outreachId)?.campaignKey !== id) continue;
      const claimed = history.attempt(of.outreachId, of.leg, line.attempt)?.startedAt;
      const day = dayIn(zone, claimed === undefined ? line.at : Date.parse(claimed));
      const sum = days.get(day) ?? { messages: 0, micros: 0 };
      days.set(day, { messages: sum.messages + 1, micros: sum.micros + priceOf(history, line.deliveryId) });
    }
    for (const [day, { messages, micros }] of days) {
      const name = `campaign ${trace.short('c', id)} on ${day}`;
      if (messages > Math.max(...limits))
        watch.broken('caps-and-budgets', `${name}: ${messages} messages of ${Math.max(...limits)}`);
      if (micros > Math.max(...spendable))
        watch.broken('caps-and-budgets', `${name}: ${micros} spent of ${Math.max(...spendable)}`);
    }
  }
}
