import {
  CHANNELS,
  CONSENT_PURPOSES,
  CONTACT_COMMAND,
  FINGERPRINT,
  type Channel,
  type ConsentPurpose,
  type ContactAnswer,
  type GrantConsentDto,
  type WithdrawConsentDto,
} from '@homing/contracts';
import type { SeenConsent } from '@homing/vault/consent';
import { v7 as uuidv7 } from 'uuid';
import type { ApiParts } from '../api.parts.js';
import { readBody } from '../http/body.reader.js';
import { withCursor } from '../http/cursor.check.js';
import { LARGEST_PAGE, readLimit, readQuery } from '../http/query.reader.js';
import { invalidField } from '../problem/problem.error.js';
import { actorOf, type Caller } from '../security/caller.js';
import { askOverBus } from '../stores/bus.question.js';
import { FindConsentBody, GrantConsentBody, WithdrawConsentBody } from './consent.bodies.js';

export type RegisterParts = Pick<ApiParts, 'consents' | 'addresses' | 'persons' | 'bus' | 'settings'>;

/** `accepted`: the bus holds it and it will be done; until then it does not count. */
export interface KeptWord {
  readonly consentId: string;
  /** Of the address; names it in lists. */
  readonly contactId: string;
  readonly status: 'granted' | 'withdrawn' | 'unchanged' | 'accepted';
  readonly channel: Channel;
  readonly purpose: ConsentPurpose;
}

const STANDINGS = ['granted', 'withdrawn', 'expired'] as const;
/** Long before anybody was asked for consent; what is older is a mistake. */
const EARLIEST = '2000-01-01T00:00:00Z';

/** What the people of the caller's tenant allow. Saying it again under the same key is harmless. */
export class ConsentRegister {
  /** Milliseconds since the epoch. */
  #lastSaid = 0;

  constructor(private readonly parts: RegisterParts) {}

  async list({ tenantId }: Caller, query: unknown) {
    const wish = readQuery(query, ['recipientId', 'contactId', 'channel', 'purpose', 'standing', 'cursor', 'limit']);
    const { recipientId, contactId } = wish;
    if (contactId !== undefined && !FINGERPRINT.test(contactId))
      throw invalidField('contactId', 'malformed', 'must be the contactId of an answer');
    const personId =
      recipientId === undefined ? undefined : await this.parts.persons.findPerson({ tenantId, recipientId });
    if (recipientId !== undefined && personId === undefined) return { items: [] };
    const filter = {
      tenantId,
      limit: readLimit(wish.limit),
      ...(personId === undefined ? {} : { personId }),
      ...(contactId === undefined ? {} : { fingerprint: contactId }),
      ...oneOf('channel', wish.channel, CHANNELS),
      ...oneOf('purpose', wish.purpose, CONSENT_PURPOSES),
      ...oneOf('standing', wish.standing, STANDINGS),
      ...(wish.cursor === undefined ? {} : { cursor: wish.cursor }),
    };
    const { items, nextCursor } = await withCursor(this.parts.consents.list(filter));
    return { items: items.map(shown), ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  async find({ tenantId }: Caller, body: unknown) {
    const fingerprint = this.#fingerprint(tenantId, readBody(FindConsentBody, body));
    const { items } = await this.parts.consents.list({ tenantId, fingerprint, limit: LARGEST_PAGE });
    return { contactId: fingerprint, items: items.map(shown) };
  }

  /** @throws ProblemError */
  async grant(caller: Caller, body: unknown, repeatKey?: string): Promise<KeptWord> {
    const { evidence, wording, validUntil, ...said } = readBody(GrantConsentBody, body);
    if (validUntil !== undefined && Date.parse(validUntil) <= Date.parse(said.at ?? new Date().toISOString()))
      throw invalidField('validUntil', 'not_after_at', 'must be later than at');
    const terms = {
      ...{ kind: 'grant_consent' as const, evidence },
      ...(wording === undefined ? {} : { wording }),
      ...(validUntil === undefined ? {} : { validUntil }),
    };
    return this.#keep(caller, { ...said, ...(said.key === undefined && repeatKey ? { key: repeatKey } : {}) }, terms);
  }

  /** @throws ProblemError */
  async withdraw(caller: Caller, body: unknown, repeatKey?: string): Promise<KeptWord> {
    const { evidence, ...said } = readBody(WithdrawConsentBody, body);
    const terms = { kind: 'withdraw_consent' as const, ...(evidence === undefined ? {} : { evidence }) };
    return this.#keep(caller, { ...said, ...(said.key === undefined && repeatKey ? { key: repeatKey } : {}) }, terms);
  }

  async #keep(caller: Caller, said: Said, terms: Terms): Promise<KeptWord> {
    const { tenantId } = caller;
    const { channel, purpose, source, at } = said;
    if (at !== undefined && Date.parse(at) < Date.parse(EARLIEST))
      throw invalidField('at', 'too_early', `must not be before ${EARLIEST}`);
    const fingerprint = this.#fingerprint(tenantId, said);
    const consentId = this.#idOf(tenantId, fingerprint, { said, terms });
    const data = {
      ...{ tenantId, fingerprint, channel, purpose, source, consentId, by: actorOf(caller) },
      ...{ at: at ?? this.#saidNow(), ...terms },
    } as GrantConsentDto | WithdrawConsentDto;
    const asked = { type: CONTACT_COMMAND, tenantId, data, publish: this.parts.bus.publishContactCommand };
    const answer = await askOverBus<ContactAnswer>(this.parts, asked);
    const status = answer?.fingerprint === fingerprint ? (answer.status as KeptWord['status']) : 'accepted';
    return { consentId, contactId: fingerprint, status, channel, purpose };
  }

  /**
   * Of a word that names no instant: each later than the one before. It is said when it is given to us; were it said when it is recorded, a
   * consent that the bus held up would undo the withdrawal that came after it.
   */
  #saidNow(): string {
    this.#lastSaid = Math.max(Date.now(), this.#lastSaid + 1);
    return new Date(this.#lastSaid).toISOString();
  }

  /**
   * By the caller's key and what kind of word it is on which topic: under a key used before, a withdrawal is no repeat of what it withdraws.
   * Else by what was said where it says when; else new each time.
   */
  #idOf(tenantId: string, fingerprint: string, { said, terms }: { said: Said; terms: Terms }): string {
    const { key, at, channel, purpose, source } = said;
    const word = [fingerprint, terms.kind, channel, purpose];
    if (key !== undefined) return this.parts.consents.idOf(tenantId, JSON.stringify(['key', ...word, key]));
    if (at === undefined) return uuidv7();
    const content = [channel, purpose, source, new Date(at).toISOString(), terms];
    return this.parts.consents.idOf(tenantId, JSON.stringify(['said', fingerprint, ...content]));
  }

  #fingerprint(tenantId: string, { channel, address }: FindConsentBody): string {
    const fingerprint = this.parts.addresses.fingerprint(tenantId, channel, address);
    if (fingerprint === undefined) throw invalidField('address', 'not_an_address', 'is no address of this channel');
    return fingerprint;
  }
}

type Said = Omit<WithdrawConsentBody, 'evidence'>;
type Terms =
  | (Pick<GrantConsentDto, 'kind' | 'evidence'> & Partial<Pick<GrantConsentDto, 'wording' | 'validUntil'>>)
  | (Pick<WithdrawConsentDto, 'kind'> & Partial<Pick<WithdrawConsentDto, 'evidence'>>);

const shown = ({ fingerprint: contactId, ...consent }: SeenConsent) => ({ contactId, ...consent });

function oneOf<K extends string, W extends string>(field: K, given: string | undefined, words: readonly W[]) {
  if (given === undefined) return {} as { [key in K]?: W };
  const known = words.find((word) => word === given);
  if (known === undefined) throw invalidField(field, 'isIn', `must be one of ${words.join(', ')}`);
  return { [field]: known } as { [key in K]?: W };
}
