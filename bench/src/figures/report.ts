import type { MachineFacts } from '../machine/machine.watch.js';
import { spreadOf, type Spread } from './percentiles.js';

/** What the machine can do, measured in the same run: the yardsticks. Milliseconds. */
export interface Calibration {
  /** Writing 4 kB and `fdatasync`. */
  readonly fsync: Spread;
  /** One row of 1 kB, one commit. */
  readonly insert: Spread;
  /** A hundred rows of 1 kB in one statement, one commit. */
  readonly insertMany: Spread;
  /** 1 kB into JetStream, with its ack. */
  readonly publish: Spread;
  /** Three events, one append to a new stream, through our adapter. */
  readonly append: Spread;
  /** A POST to a server that does nothing. */
  readonly http: Spread;
  /** CPU time of a fixed piece of JavaScript (JSON and SHA-256 of 1 MB in all). */
  readonly cpu: Spread;
  /** CPU time to write over 64 MiB: how busy others keep the memory. */
  readonly memory: Spread;
}
export type Yardstick = keyof Calibration;

export type Unit = 'ms' | '/s' | 'CPU-ms' | 'bytes' | 'items' | '%';

/** One measured thing. `spread` where there are many values; the ratio belongs to `value`, or to the median. */
export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  readonly value?: number;
  readonly spread?: Spread;
  /** Against the yardstick's median; for rates, the time of one against it. Machines differ less in this. */
  readonly ratio?: { readonly to: Yardstick; readonly value: number };
  /** What it should reach: `[where, bound]`, upper bounds but for rates. Stated, never enforced. */
  readonly aim?: { readonly of: keyof Spread | 'value'; readonly bound: number };
}

export interface SectionReport {
  readonly name: string;
  /** One sentence: what was done, with its settings. */
  readonly what: string;
  readonly figures: readonly Figure[];
  /** Share (0..1) of the processors that nothing of ours used while this was measured: figures with much of it are worth little. */
  readonly othersShare?: number;
}

export interface BenchReport {
  readonly measuredAt: string;
  readonly quick: boolean;
  readonly machine: MachineFacts;
  readonly durability: Readonly<Record<string, string>>;
  readonly calibration: Calibration;
  readonly sections: readonly SectionReport[];
}

export interface FigureWish {
  readonly unit: Unit;
  readonly to?: Yardstick;
  readonly aim?: Figure['aim'];
}

export function spreadFigure(name: string, values: readonly number[], wish: FigureWish): Figure {
  return { name, unit: wish.unit, spread: spreadOf(values), ...(wish.aim ? { aim: wish.aim } : {}), ...toward(wish) };
}

export function valueFigure(name: string, value: number, wish: FigureWish): Figure {
  return { name, unit: wish.unit, value, ...(wish.aim ? { aim: wish.aim } : {}), ...toward(wish) };
}

/** The yardstick is named when the figure is made; the ratio itself is worked out once everything is calibrated. */
const toward = ({ to }: FigureWish): Pick<Figure, 'ratio'> => (to ? { ratio: { to, value: Number.NaN } } : {});

export function withRatios(section: SectionReport, calibration: Calibration): SectionReport {
  const figures = section.figures.map((figure): Figure => {
    if (!figure.ratio) return figure;
    const { to } = figure.ratio;
    const own = figure.value ?? figure.spread?.p50 ?? 0;
    const comparable = figure.unit === '/s' ? 1_000 / own : own;
    return { ...figure, ratio: { to, value: comparable / calibration[to].p50 } };
  });
  return { ...section, figures };
}

/** Whether a figure reaches its aim; undefined without one. */
export function reaches({ unit, aim, value, spread }: Figure): boolean | undefined {
  if (!aim) return undefined;
  const found = aim.of === 'value' ? value : spread?.[aim.of];
  if (found === undefined) return undefined;
  return unit === '/s' ? found >= aim.bound : found <= aim.bound;
}
