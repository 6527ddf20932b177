import { startRounds, type RoundLoop, type RoundLoopOptions } from '@homing/service-kit';
import { rounds } from './scheduler.metrics.js';

export type LoopOptions = Omit<RoundLoopOptions, 'measure'>;
export type Loop = RoundLoop;

/** Rounds of the scheduler, measured. */
export function startLoop(options: LoopOptions): Loop {
  const round = options.name.replaceAll(' ', '_');
  const measure = () => {
    const ended = rounds.timer();
    return (outcome: 'done' | 'failed') => ended({ round, outcome });
  };
  return startRounds({ ...options, measure });
}
