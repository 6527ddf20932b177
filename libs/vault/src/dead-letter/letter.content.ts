import type { SealContext } from '../envelope/envelope.types.js';

/** What is sealed of a message: its bytes, and the id its publisher gave it, which may say something personal. */
export type LetterContent = { readonly bytes: Uint8Array; readonly messageId?: string };

/** One line of JSON, then the bytes as they came. */
export function encodeLetter({ bytes, messageId }: LetterContent): Uint8Array {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ messageId })}\n`), bytes]);
}

/** @throws {TypeError} when it was not encoded here */
export function decodeLetter(encoded: Uint8Array): LetterContent {
  const end = encoded.indexOf(0x0a);
  if (end < 0) throw new TypeError('not the content of a dead letter');
  const { messageId } = JSON.parse(Buffer.from(encoded.subarray(0, end)).toString('utf8')) as { messageId?: string };
  return { bytes: encoded.subarray(end + 1), ...(messageId === undefined ? {} : { messageId }) };
}

/** Bound to one letter of one tenant: put under another's name, it does not open. */
export const letterContext = (letter: { readonly id: string; readonly tenantId: string | undefined }): SealContext => ({
  tenantId: letter.tenantId ?? '',
  kind: 'dead-letter',
  id: letter.id,
});

/** What an operator writes in a letter's place, on its way from the API to the desk. */
export const repairContext = (letterId: string): SealContext => ({
  tenantId: '',
  kind: 'dead-letter-repair',
  id: letterId,
});

/** A letter's content on its way from the desk to the API. */
export const answerContext = (letterId: string): SealContext => ({
  tenantId: '',
  kind: 'dead-letter-answer',
  id: letterId,
});
