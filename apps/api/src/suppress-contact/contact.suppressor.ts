import {
  CHANNELS,
  CONTACT_COMMAND,
  FINGERPRINT,
  SUPPRESSION_REASONS,
  type Channel,
  type ContactAnswer,
  type ContactCommandMessage,
} from '@homing/contracts';
import type { SeenSuppression } from '@homing/vault/suppression';
import type { ApiParts } from '../api.parts.js';
import { readBody } from '../http/body.reader.js';
import { withCursor } from '../http/cursor.check.js';
import { readLimit, readQuery } from '../http/query.reader.js';
import { invalidField, ProblemError } from '../problem/problem.error.js';
import { actorOf, type Caller } from '../security/caller.js';
import { askOverBus } from '../stores/bus.question.js';
import { LiftQuery, SuppressBody } from './suppression.bodies.js';

type Parts = Pick<ApiParts, 'suppressions' | 'addresses' | 'bus' | 'settings'>;

/** `accepted`: the bus holds it and it will be done; until then the address can be written to. */
export interface Suppressed {
  readonly suppressionId: string;
  readonly status: Extract<ContactAnswer['status'], 'suppressed' | 'lifted' | 'unchanged'> | 'accepted';
  readonly channel: Channel;
  readonly contact: string | null;
}

/** Addresses of the caller's tenant that nothing is sent to. Asking twice is harmless. */
export class ContactSuppressor {
  constructor(private readonly parts: Parts) {}

  async list({ tenantId }: Caller, query: unknown) {
    const wish = readQuery(query, ['channel', 'reason', 'cursor', 'limit']);
    const filter = {
      tenantId,
      limit: readLimit(wish.limit),
      ...oneOf('channel', wish.channel, CHANNELS),
      ...oneOf('reason', wish.reason, SUPPRESSION_REASONS),
      ...(wish.cursor === undefined ? {} : { cursor: wish.cursor }),
    };
    const { items, nextCursor } = await withCursor(this.parts.suppressions.list(filter));
    return { items: items.map(shown), ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  async find(caller: Caller, suppressionId: string) {
    return shown(await this.#existing(caller, suppressionId));
  }

  /** @throws ProblemError */
  async suppress(caller: Caller, body: unknown): Promise<Suppressed> {
    const { channel, address, note } = readBody(SuppressBody, body);
    const { tenantId } = caller;
    const fingerprint = this.parts.addresses.fingerprint(tenantId, channel, address);
    if (fingerprint === undefined) throw invalidField('address', 'not_an_address', 'is no address of this channel');
    const mask = this.parts.addresses.mask(channel, address);
    const status = await this.#obey({
      ...{ kind: 'suppress', tenantId, fingerprint, channel, mask, by: actorOf(caller) },
      ...(note === undefined ? {} : { note }),
    });
    return { suppressionId: fingerprint, status, channel, contact: mask };
  }

  /** @throws ProblemError */
  async lift(caller: Caller, suppressionId: string, query: unknown): Promise<Suppressed> {
    const { reason: because, note } = readBody(LiftQuery, readQuery(query, ['reason', 'note']));
    const { fingerprint, channel, mask } = await this.#existing(caller, suppressionId);
    const { tenantId } = caller;
    const status = await this.#obey({
      ...{ kind: 'lift', tenantId, fingerprint, channel, because, by: actorOf(caller) },
      ...(note === undefined ? {} : { note }),
    });
    return { suppressionId, status, channel, contact: mask };
  }

  async #existing({ tenantId }: Caller, fingerprint: string): Promise<SeenSuppression> {
    const found = FINGERPRINT.test(fingerprint) && (await this.parts.suppressions.find({ tenantId, fingerprint }));
    if (!found) throw new ProblemError('not_found');
    return found;
  }

  async #obey(data: ContactCommandMessage): Promise<Suppressed['status']> {
    const { tenantId, fingerprint } = data;
    const asked = { type: CONTACT_COMMAND, tenantId, data, publish: this.parts.bus.publishContactCommand };
    const answer = await askOverBus<ContactAnswer>(this.parts, asked);
    return answer?.fingerprint === fingerprint ? (answer.status as Suppressed['status']) : 'accepted';
  }
}

const shown = ({ fingerprint, channel, mask, since, reasons }: SeenSuppression) => ({
  suppressionId: fingerprint,
  channel,
  contact: mask,
  since,
  reasons,
});

function oneOf<K extends string, W extends string>(field: K, given: string | undefined, words: readonly W[]) {
  if (given === undefined) return {} as { [key in K]?: W };
  const known = words.find((word) => word === given);
  if (known === undefined) throw invalidField(field, 'isIn', `must be one of ${words.join(', ')}`);
  return { [field]: known } as { [key in K]?: W };
}
