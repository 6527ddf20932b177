import { createHash, randomUUID } from 'node:crypto';
import { createSendgridWebhook } from '@homing/channels';
import { createIdDeriver, deadLetterId, type DeskRequest, type DeskWish } from '@homing/contracts';
import type { IntakeItem, IntakeResult } from '@homing/intake';
import { EnvelopeError, type DeskLetter, type FiledLetter, type LetterOpener } from '@homing/vault/desk';
import { LetterDesk, type DeskParts } from './letter.desk.js';
import { replayLetter } from './letter.replay.js';

export const tenantId = '0a6f2c8e-6c0e-4b43-9d0c-000000000001';
export const stranger = '0a6f2c8e-6c0e-4b43-9d0c-0000000000ff';
export const ids = createIdDeriver('5a7c1e56-3a5f-4f0e-9a44-7b1b6f1c1d10');
export const NOW = '2026-05-01T10:00:00.000Z';

export const body = {
  tenantId,
  recipient: { id: 'r', contacts: { email: 'a@x.test' } },
  content: { literal: { email: { text: 'hi' } } },
};
export const eventOf = (data: unknown, over: Record<string, unknown> = {}) => ({
  specversion: '1.0',
  id: 'order-7',
  source: 'shop',
  type: 'outreach.requested',
  data,
  ...over,
});

const deadLetter = (over: Partial<FiledLetter>): FiledLetter => ({
  messageId: `dlq-${randomUUID()}`,
  tenantId,
  sealedTenant: tenantId,
  consumer: 'orchestrator-requests',
  reason: 'invalid_request',
  faults: [],
  subject: 'outreach.requested',
  source: { stream: 'OUTREACH', sequence: 17 },
  storedAt: '2026-05-01T09:00:00.000Z',
  buriedAt: '2026-05-01T09:00:01.000Z',
  size: 1,
  digest: null,
  sequence: 3,
  subjects: [],
  ...over,
});

/** Sealing that is none: the desk's own part is what is looked at. */
const opener: LetterOpener = {
  open: async (sealed) => {
    const text = Buffer.from(sealed).toString('utf8');
    if (text === 'sealed by somebody else') throw new EnvelopeError('unreadable');
    const { messageId, bytes } = JSON.parse(text) as { messageId?: string; bytes: string };
    return { bytes: Buffer.from(bytes, 'base64'), ...(messageId === undefined ? {} : { messageId }) };
  },
  openRepair: async (sealed) => sealed,
  sealAnswer: async (bytes) => bytes,
};

/** The desk over a file, a stream, an intake and a bus in memory. */
export function stage(over: Partial<DeskParts> = {}) {
  const filed = new Map<string, DeskLetter>();
  const onBus = new Map<number, Uint8Array>();
  const read: string[] = [];
  const published: { subject: string; id: string; body: string }[] = [];
  const taken: IntakeItem[] = [];
  const first = new Map<string, string>();
  /** What intake finds wrong beyond the form. */
  const doubts: { check: (item: IntakeItem) => IntakeResult | undefined } = { check: () => undefined };
  let down = false;
  let forgets = false;
  const publish = async (subject: string, id: string, bytes: Uint8Array) => {
    if (down) throw new Error('bus down');
    published.push({ subject, id, body: Buffer.from(bytes).toString() });
    return { stream: 'S', seq: 1, duplicate: false };
  };
  const takeIn = async (items: readonly IntakeItem[]): Promise<IntakeResult[]> =>
    items.map((item) => {
      const doubt = doubts.check(item);
      if (doubt) return doubt;
      taken.push(item);
      const outreachId = ids.outreachId(item.tenantId, item.source, item.requestId);
      const { tenantId: _t, requestId: _r, ...content } = item.request;
      const digest = JSON.stringify(content);
      const known = first.get(outreachId);
      first.set(outreachId, known ?? digest);
      if (known !== undefined && known !== digest) return { kind: 'different_content', outreachId };
      return { kind: known === undefined ? 'accepted' : 'repeated', outreachId };
    });
  const parts: DeskParts = {
    file: {
      hold: async (id, work) => {
        const letter = filed.get(id);
        if (!letter) return undefined;
        const { end, answer } = await work(letter);
        if (!end) return { answer };
        const { actor, key, digest, ...rest } = end;
        const resolution = { ...rest, resolvedAt: NOW, resolvedBy: actor };
        filed.set(id, {
          ...letter,
          resolution: { ...resolution, ...(key ? { key } : {}), ...(digest ? { digest } : {}) },
        });
        return { answer, resolution };
      },
      noteRead: async ({ id }, actor) => {
        if (forgets) throw new Error('db down');
        read.push(`${actor} ${id}`);
      },
    },
    stream: { read: async ({ sequence }) => onBus.get(sequence) },
    opener,
    replay: (replay) =>
      replayLetter(
        {
          intake: { takeIn },
          publisher: {
            publish: (subject, event, { key }) => publish(subject, key, Buffer.from(JSON.stringify(event))),
            publishBytes: (subject, bytes, { msgId }) => publish(subject, msgId, bytes),
          },
          parsers: new Map([['sendgrid', createSendgridWebhook()]]),
          now: () => NOW,
        },
        replay,
      ),
    digestOf: (letterId, wish) =>
      createHash('sha256')
        .update(`${letterId}${JSON.stringify(wish)}`)
        .digest(),
    ...over,
  };
  const desk = new LetterDesk(parts);
  let sequence = 0;
  /** A letter with this content; returns its id. */
  const bury = (content: unknown, letter: Partial<FiledLetter> = {}, messageId?: string): string => {
    sequence += 1;
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
    onBus.set(sequence, Buffer.from(JSON.stringify({ messageId, bytes: bytes.toString('base64') })));
    const { subjects: _s, ...filedLetter } = deadLetter({ sequence, ...letter });
    const id = deadLetterId(filedLetter.messageId);
    filed.set(id, { id, ...filedLetter });
    return id;
  };
  const ask = (letterId: string, wish: DeskWish, who: Partial<DeskRequest> = {}) =>
    desk.handle({
      letterId,
      tenantId,
      operator: false,
      actor: 'key-1',
      replyTo: '_INBOX.a.b',
      ...wish,
      ...who,
    } as DeskRequest);
  const repaired = (data: unknown): string => Buffer.from(JSON.stringify(data)).toString('base64');
  const breakBus = (is: boolean): void => void (down = is);
  const forgetful = (is: boolean): void => void (forgets = is);
  return { desk, forgetful, ask, bury, filed, onBus, read, published, taken, doubts, repaired, breakBus };
}
