import { parseDeliveryId, type Channel, type InboundItem } from '@homing/contracts';
import { ANSWER_WITHIN_DAYS, deliveryOf } from '@homing/domain';
import type { RecentAttempt } from '@homing/read-model';
import type { ContactRef, SenderOf } from '@homing/vault/suppression';
import type { InboundParts } from './inbound.parts.js';

/** One attempt of ours that somebody speaks of. */
export interface Answered {
  readonly tenantId: string;
  readonly outreachId: string;
  readonly deliveryId: string;
  readonly attempt: number;
  readonly provider: string;
  readonly startedAt: string;
}

/** Who wrote, and what of ours it answers. */
export interface Origin {
  /** Whose message it is; undefined: nobody can tell. */
  readonly tenantId?: string;
  /**
   * The sender's address, for each tenant that knows it and for the one whose account was written to; then what else is known as theirs.
   */
  readonly senders: readonly ContactRef[];
  /** One for each tenant: the address that is known as a person's, else the sender's. What is filed under it goes when they are erased. */
  readonly owners: readonly ContactRef[];
  readonly answered?: Answered;
  /** Something was sent there or an answer is named: what it answers, or something later than what was found, may still come. */
  readonly mayComeLater: boolean;
}

type Parts = Pick<InboundParts, 'book' | 'fingerprinter' | 'queries' | 'foldedStates' | 'outreachOf'>;

/** A provider's clock may be behind ours by so much, in milliseconds. */
const CLOCKS_DIFFER_MS = 60_000;
/** Attempts looked through for the one that was sent to this very address. */
const LOOKED_THROUGH = 50;

/**
 * Whose message it is: of the tenant whose account was written to; else of who sent what it names; else of who wrote last to that
 * address on that channel within 30 days. In an installation of one tenant whatever comes is that tenant's.
 */
export async function originOf(parts: Parts, item: InboundItem, account: string | undefined): Promise<Origin> {
  const tenants = account === undefined ? await parts.book.tenantIds() : [account];
  const addresses = await addressesOf(parts, item, tenants);
  const known = await parts.book.personsAt(addresses);
  const named = (await signedAttempt(parts, item, tenants)) ?? (await namedAttempt(parts, item, tenants));
  const answered = named ?? (await latestAttempt(parts, item, known));
  const isKnown = ({ tenantId }: ContactRef) =>
    tenantId === account || known.some((each) => each.tenantId === tenantId);
  const [only, ...others] = tenants;
  const tenantId = account ?? answered?.tenantId ?? known[0]?.tenantId ?? (others.length === 0 ? only : undefined);
  const senders = addresses.filter((each) => isKnown(each) || each.tenantId === tenantId);
  return {
    ...(tenantId === undefined ? {} : { tenantId }),
    senders,
    owners: ownersOf(senders, known),
    ...(answered ? { answered } : {}),
    mayComeLater: !named && (known.length > 0 || item.inReplyTo !== undefined),
  };
}

/** {@link Origin} `senders` and `owners`, by the vault alone. */
export async function knownSenders(
  parts: Parts,
  item: InboundItem,
  account: string | undefined,
): Promise<Pick<Origin, 'senders' | 'owners'>> {
  const addresses = await addressesOf(parts, item, account === undefined ? await parts.book.tenantIds() : [account]);
  const known = await parts.book.personsAt(addresses);
  const isKnown = ({ tenantId }: ContactRef) =>
    tenantId === account || known.some((each) => each.tenantId === tenantId);
  const senders = addresses.filter(isKnown);
  return { senders, owners: ownersOf(senders, known) };
}

export const isSame = (one: ContactRef, other: ContactRef): boolean =>
  one.tenantId === other.tenantId && one.fingerprint === other.fingerprint;

/** A person's own addresses where a tenant knows any, else the first. */
function ownersOf(senders: readonly ContactRef[], known: readonly SenderOf[]): ContactRef[] {
  const ofTenants = [...Map.groupBy(senders, ({ tenantId }) => tenantId).values()];
  return ofTenants.flatMap((refs) => refs.find((ref) => known.some((each) => isSame(each, ref))) ?? refs[0] ?? []);
}

/**
 * The address as each tenant would name it, then those under which the same person is written to; none where it is no address of the
 * channel.
 */
async function addressesOf(
  { fingerprinter, book }: Parts,
  { channel, from }: InboundItem,
  tenants: readonly string[],
): Promise<ContactRef[]> {
  const own = tenants.flatMap((tenantId) => {
    const fingerprint = fingerprinter.address(tenantId, channel, from);
    return fingerprint === undefined ? [] : [{ tenantId, fingerprint }];
  });
  return [...own, ...(await book.aliasesOf(own))];
}

/** By the address it came to, which we signed: the stream itself knows it, so this waits for no projection. */
async function signedAttempt(
  { outreachOf }: Parts,
  { answers }: InboundItem,
  tenants: readonly string[],
): Promise<Answered | undefined> {
  const of = answers && parseDeliveryId(answers.deliveryId);
  if (!of) return undefined;
  const state = await outreachOf(of.outreachId);
  if (state.status === 'none' || !tenants.includes(state.request.tenantId)) return undefined;
  const started = deliveryOf(state, of.leg)?.attempts.find(({ attempt }) => attempt === answers.attempt);
  if (!started) return undefined;
  const { tenantId, outreachId } = state.request;
  const { provider, startedAt } = started;
  return { tenantId, outreachId, ...answers, provider, startedAt };
}

/** By the provider's id of the message that is answered. */
async function namedAttempt(
  { queries }: Parts,
  { provider, inReplyTo }: InboundItem,
  tenants: readonly string[],
): Promise<Answered | undefined> {
  if (inReplyTo === undefined) return undefined;
  const spellings = [...new Set([inReplyTo, inReplyTo.replace(/^<(.*)>$/, '$1')])];
  const rows = await queries.attemptsByProviderMessage(
    spellings.map((providerMessageId) => ({ provider, providerMessageId })),
  );
  return rows.find(({ tenantId }) => tenants.includes(tenantId));
}

async function latestAttempt(
  parts: Parts,
  { channel, occurredAt }: InboundItem,
  known: readonly SenderOf[],
): Promise<Answered | undefined> {
  const until = Date.parse(occurredAt) + CLOCKS_DIFFER_MS;
  const since = Date.parse(occurredAt) - ANSWER_WITHIN_DAYS * 86_400_000;
  const [latest] = await attemptsTo(parts, known, { channel, since, until, limit: LOOKED_THROUGH, answers: false });
  return latest;
}

export interface Sent {
  readonly channel: Channel;
  /** Milliseconds since the epoch, both included. */
  readonly since: number;
  readonly until: number;
  readonly limit: number;
  /** False: our own answers to a word are left out, since nobody answers those. Default true. */
  readonly answers?: boolean;
}

/** What was sent to these very addresses, newest first: a person may have several. */
export async function attemptsTo(
  { queries, foldedStates }: Parts,
  known: readonly SenderOf[],
  { channel, since, until, limit, answers = true }: Sent,
): Promise<RecentAttempt[]> {
  if (known.length === 0) return [];
  const attempts = await queries.recentAttempts({
    persons: known,
    ...{ channel, limit, since: new Date(since).toISOString(), until: new Date(until).toISOString() },
  });
  const states = await foldedStates([...new Set(attempts.map(({ outreachId }) => outreachId))]);
  const wanted = new Set(known.map(({ tenantId, fingerprint }) => `${tenantId}/${fingerprint}`));
  return attempts.filter(({ outreachId, deliveryId, tenantId }) => {
    const state = states.get(outreachId)?.state;
    const leg = parseDeliveryId(deliveryId)?.leg;
    const contact = state && leg !== undefined ? deliveryOf(state, leg)?.plan.contact : undefined;
    const isAnswer = state && state.status !== 'none' && state.request.answers !== undefined;
    if (isAnswer && !answers) return false;
    return contact !== undefined && wanted.has(`${tenantId}/${contact.fingerprint}`);
  });
}
