/** A moment as it is told in a zone. */
export interface LocalDay {
  /** `2026-05-01`. */
  readonly day: string;
  /** Share of the day's 24 hours that has passed, by its clock: 0 <= passed < 1. */
  readonly passed: number;
}

/** @throws RangeError for a zone nobody knows */
export function localDay(at: Date, zone: string): LocalDay {
  const format = new Intl.DateTimeFormat('en-CA', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit' },
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const of = (part: Intl.DateTimeFormatPartTypes): string => parts.get(part) ?? '';
  const minutes = Number(of('hour')) * 60 + Number(of('minute'));
  return { day: `${of('year')}-${of('month')}-${of('day')}`, passed: minutes / 1_440 };
}
