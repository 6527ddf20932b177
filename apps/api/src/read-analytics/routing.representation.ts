import type { RoutingCount, RoutingMeasure } from '@homing/read-model';

/** The counts as this API shows them. Each list has the largest count first. */
export function shownRouting(counts: readonly RoutingCount[]) {
  const of = (measure: RoutingMeasure) =>
    counts
      .filter((row) => row.measure === measure)
      .map((row) => ({ ...row, count: Number(row.count) }))
      .toSorted((a, b) => b.count - a.count);
  const legs = legsOf([...of('tried'), ...of('delivered'), ...of('engaged')]);
  return {
    decided: sum(of('decided')),
    chosen: of('chosen').map(({ channel, place: rank, reason, count }) => ({ channel, rank, reason, count })),
    excluded: of('excluded').map(({ channel, reason, count }) => ({ channel, reason, count })),
    refused: of('refused').map(({ step, reason, count }) => ({ step, reason, count })),
    passedOver: of('passed_over').map(({ channel, place: rank, step, reason, count }) => ({
      ...{ channel, rank, step: step || null, reason, count },
    })),
    depth: of('legs_used')
      .map(({ place, count }) => ({ legs: place, count }))
      .toSorted((a, b) => a.legs - b.legs),
    success: ranksOf(legs),
  };
}

interface Leg {
  readonly channel: string;
  readonly rank: number;
  tried: number;
  delivered: number;
  engaged: number;
}

function legsOf(rows: readonly { measure: string; channel: string; place: number; count: number }[]): Leg[] {
  const legs = new Map<string, Leg>();
  for (const { measure, channel, place, count } of rows) {
    const key = `${place} ${channel}`;
    const leg = legs.get(key) ?? { channel, rank: place, tried: 0, delivered: 0, engaged: 0 };
    legs.set(key, leg);
    leg[measure as 'tried' | 'delivered' | 'engaged'] += count;
  }
  return [...legs.values()];
}

function ranksOf(legs: readonly Leg[]) {
  const ranks = [...Map.groupBy(legs, ({ rank }) => rank)].toSorted(([a], [b]) => a - b);
  return ranks.map(([rank, of]) => ({
    rank,
    ...withShares({ tried: total(of, 'tried'), delivered: total(of, 'delivered'), engaged: total(of, 'engaged') }),
    channels: of.map(({ channel, tried, delivered, engaged }) => ({
      channel,
      ...withShares({ tried, delivered, engaged }),
    })),
  }));
}

const withShares = (leg: Pick<Leg, 'tried' | 'delivered' | 'engaged'>) => ({
  ...leg,
  deliveredShare: shareOf(leg.delivered, leg.tried),
  engagedShare: shareOf(leg.engaged, leg.tried),
});

/** Four decimals; null of nothing. */
const shareOf = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000;

const sum = (rows: readonly { count: number }[]): number => rows.reduce((all, { count }) => all + count, 0);
const total = (legs: readonly Leg[], of: 'tried' | 'delivered' | 'engaged'): number =>
  legs.reduce((all, leg) => all + leg[of], 0);
