import { createHash } from 'node:crypto';

/**
 * The id under which we know a WhatsApp message. A wamid is base64 and holds the person's number in clear, so it may stand in no
 * event, log or metric; besides the number it holds 72 random bits, so nobody can guess it back from this digest.
 */
export function idOfWamid(wamid: unknown): string | undefined {
  if (typeof wamid !== 'string' || !/^wamid\.[\w+/=-]{8,500}$/.test(wamid)) return undefined;
  return `wa-${createHash('sha256').update(wamid).digest('base64url')}`;
}
