import type { OutreachRequested } from '@homing/contracts';
import type { DecisionInputs } from '@homing/domain';

/** Drawn among the values of the first 48 bits of an id. */
const DRAWS = 2 ** 48;

/** What a request brings to the choice of its channel beyond what intake kept: the same draw whenever it is decided. */
export function selectionInputs(
  { outreachId, timeZone, sendAt }: Pick<OutreachRequested, 'outreachId' | 'timeZone' | 'sendAt'>,
  now: string,
): Pick<DecisionInputs, 'draw' | 'localHour' | 'spread'> {
  const at = Math.max(Date.parse(now), sendAt === undefined ? 0 : Date.parse(sendAt));
  const localHour = timeZone === undefined ? undefined : hourIn(timeZone, at);
  return { draw: drawOf(outreachId), spread: spreadOf(outreachId), ...(localHour === undefined ? {} : { localHour }) };
}

/** 0 <= draw < 1, from the id's first 48 bits: of ids made from digests they are as good as random. */
export const drawOf = (outreachId: string): number =>
  Number.parseInt(outreachId.replaceAll('-', '').slice(0, 12), 16) / DRAWS;

/** 0 <= spread < 1, from the id's last 48 bits: another number than `drawOf`. */
export const spreadOf = (outreachId: string): number =>
  Number.parseInt(outreachId.replaceAll('-', '').slice(-12), 16) / DRAWS;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Hour of the day in an IANA zone, 0..23; undefined in a zone this process does not know. */
export function hourIn(zone: string, at: number): number | undefined {
  try {
    let format = formats.get(zone);
    if (!format) {
      format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' });
      formats.set(zone, format);
    }
    return Number(format.format(at));
  } catch {
    return undefined;
  }
}
