import type { CommandContext } from './command.context.js';
import { paceLine, type Pace } from './walk.pace.js';

/** Between two lines about how it gets on, in milliseconds. */
const tellEveryMs = 2_000;

/** Says how a walk gets on: now and then, and at its end. */
export function paceTeller({ say }: Pick<CommandContext, 'say'>): (pace: Pace) => void {
  let told = -Infinity;
  return (pace) => {
    if (performance.now() - told < tellEveryMs && pace.position < pace.end) return;
    told = performance.now();
    say(paceLine(pace));
  };
}
