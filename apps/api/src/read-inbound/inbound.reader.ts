import { CHANNELS, INBOUND_CLASSES } from '@homing/contracts';
import type { SeenInbound } from '@homing/vault/letters';
import type { ApiParts } from '../api.parts.js';
import { askDesk } from '../handle-dead-letters/desk.client.js';
import { refusalOf } from '../handle-dead-letters/desk.refusals.js';
import { withCursor } from '../http/cursor.check.js';
import { readId, readLimit, readQuery } from '../http/query.reader.js';
import { invalidField, ProblemError } from '../problem/problem.error.js';
import type { Caller } from '../security/caller.js';
import { isOperator, ownerOf, viewerOf } from '../security/operator.policy.js';

type Parts = Pick<ApiParts, 'inbound' | 'letters' | 'bus' | 'settings'>;

/** What was written, in clear. */
export interface InboundText {
  readonly inboundId: string;
  readonly from: string;
  readonly to: string;
  readonly subject?: string;
  readonly text?: string;
}

/** The tenant's inbox, and for operators what belongs to no tenant: what people wrote, by kind; the text only to who may read it. */
export class InboundReader {
  constructor(private readonly parts: Parts) {}

  async list(caller: Caller, query: unknown) {
    const wish = readQuery(query, ['owner', 'class', 'channel', 'outreachId', 'cursor', 'limit']);
    const filter = {
      ...viewerOf(caller),
      owner: ownerOf(caller, wish.owner),
      limit: readLimit(wish.limit),
      ...(wish.class === undefined ? {} : { class: oneOf('class', wish.class, INBOUND_CLASSES) }),
      ...(wish.channel === undefined ? {} : { channel: oneOf('channel', wish.channel, CHANNELS) }),
      ...(wish.outreachId === undefined ? {} : { outreachId: readId(wish.outreachId) }),
      ...(wish.cursor === undefined ? {} : { cursor: wish.cursor }),
    };
    const { items, nextCursor } = await withCursor(this.parts.inbound.list(filter));
    return { items: items.map(shown), ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  async find(caller: Caller, id: string) {
    const found = await this.parts.inbound.find({ ...viewerOf(caller), id });
    if (!found) throw new ProblemError('not_found');
    return shown(found);
  }

  /** That it was read is on record before this resolves. */
  async text(caller: Caller, id: string): Promise<InboundText> {
    const { bus, settings, letters } = this.parts;
    const { tenantId, keyId: actor } = caller;
    const answerKey = await letters.createAnswerKey();
    const question = { letterId: id, tenantId, operator: isOperator(caller), actor };
    const wish = { action: 'open_inbound', answerKey: answerKey.key } as const;
    const answer = await askDesk({ bus, waitMs: settings.deskWaitMs }, question, wish);
    if (answer.kind === 'no_content')
      throw new ProblemError('content_gone', { detail: 'its sender was erased, or it does not open' });
    if (answer.kind === 'resolved') throw new Error('the desk answered another question');
    if (answer.kind !== 'opened') throw refusalOf(answer);
    const bytes = await answerKey.open(Buffer.from(answer.sealed, 'base64'), id);
    return { inboundId: id, ...(JSON.parse(new TextDecoder().decode(bytes)) as Omit<InboundText, 'inboundId'>) };
  }
}

const shown = ({ id, mask, outreachId, deliveryId, ...rest }: SeenInbound) => ({
  inboundId: id,
  ...rest,
  contact: mask,
  ...(outreachId === null ? {} : { outreachId }),
  ...(deliveryId === null ? {} : { deliveryId }),
});

function oneOf<W extends string>(field: string, given: string, words: readonly W[]): W {
  const known = words.find((word) => word === given);
  if (known === undefined) throw invalidField(field, 'isIn', `must be one of ${words.join(', ')}`);
  return known;
}
