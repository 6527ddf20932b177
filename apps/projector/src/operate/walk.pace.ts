/** How a long walk through the store gets on. */
export interface Pace {
  /** Events so far, since this walk began. */
  readonly events: number;
  readonly position: bigint;
  readonly end: bigint;
  /** 0..100, by position. */
  readonly percent: number;
  readonly eventsPerSecond: number;
  /** Seconds left at this pace; undefined while nothing can be told. */
  readonly secondsLeft: number | undefined;
}

export interface Walked {
  readonly events: number;
  readonly from: bigint;
  readonly position: bigint;
  readonly end: bigint;
  readonly seconds: number;
}

export function paceOf({ events, from, position, end, seconds }: Walked): Pace {
  const done = Number(position - from);
  const left = Number(end > position ? end - position : 0n);
  return {
    ...{ events, position, end },
    percent: end === 0n ? 100 : Math.min(100, Math.floor((Number(position) / Number(end)) * 1_000) / 10),
    eventsPerSecond: seconds > 0 ? Math.round(events / seconds) : 0,
    secondsLeft: left === 0 ? 0 : done > 0 && seconds > 0 ? Math.ceil((left / done) * seconds) : undefined,
  };
}

/** One line for a person: `61.2 % (position 812 of 1327), 8,120 events/s, 2 min 5 s left`. */
export function paceLine({ percent, position, end, eventsPerSecond, secondsLeft }: Pace): string {
  const left = secondsLeft === undefined ? '' : `, ${durationText(secondsLeft)} left`;
  return `${percent.toFixed(1)} % (position ${position} of ${end}), ${eventsPerSecond.toLocaleString('en')} events/s${left}`;
}

export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}
