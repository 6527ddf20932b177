import type { DeskAnswer, DeskQuestion, OpenInbound as OpenWish } from '@homing/contracts';
import { EnvelopeError, type InboundFile, type LetterOpener, type OpenInbound } from '@homing/vault/desk';

export interface InboundDeskParts {
  readonly file: Pick<InboundFile, 'find' | 'noteRead'>;
  readonly open: OpenInbound;
  readonly sealAnswer: LetterOpener['sealAnswer'];
}

/** Opens what people wrote, for the API; that it was read is on record before it leaves. @throws when a store is away */
export class InboundDesk {
  constructor(private readonly parts: InboundDeskParts) {}

  async open(request: DeskQuestion & OpenWish): Promise<DeskAnswer> {
    const { file, open, sealAnswer } = this.parts;
    const found = await file.find(request.letterId);
    const mine = found?.tenantId === request.tenantId || (found?.tenantId === null && request.operator);
    if (!found || !mine) return { kind: 'not_found' };
    const { id, sealed, sealedTenant, provider, eventDigest, channel, receivedAt } = found;
    // Its person was erased.
    if (sealed === null) return { kind: 'no_content' };
    const tenant = sealedTenant === null ? {} : { tenantId: sealedTenant };
    try {
      const item = await open({ kind: 'message', provider, eventDigest, channel, receivedAt, sealed, ...tenant });
      const { from, to, subject, text } = item;
      const bytes = Buffer.from(JSON.stringify({ from, to, subject, text }));
      const answered = await sealAnswer(bytes, { letterId: id, key: request.answerKey });
      await file.noteRead(found, request.actor);
      return { kind: 'opened', sealed: Buffer.from(answered).toString('base64') };
    } catch (error) {
      if (error instanceof EnvelopeError || error instanceof SyntaxError) return { kind: 'no_content' };
      throw error;
    }
  }
}
