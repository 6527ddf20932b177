import type { ChannelProvider } from '@homing/channels';
import type { Timing } from '@homing/service-kit';
import type { GateQuestion } from '@homing/vault/gate';
import type { ProviderTurns, Turn, TurnAnswer } from '../keep-rate/provider.turns.js';
import { gateNow, heldBackBy, type GateReading, type HeldBack, type SendGate } from './send.gate.js';

export interface LastCheck {
  readonly gate: SendGate;
  /** Default: no provider has a rate. */
  readonly turns?: ProviderTurns;
  readonly timing: Pick<Timing, 'monotonic'>;
}

export interface AboutToSend {
  readonly provider: Pick<ChannelProvider, 'key'>;
  readonly question: GateQuestion;
  /** What the gate said before the claim. */
  readonly reading: GateReading;
  /** Taken before the claim. Absent: the provider has no rate. */
  readonly turn?: Turn;
}

/** How often another turn is taken where one passed during the claim or the gate's answer. */
const TURNS = 3;

/**
 * The last thing before the call: waits for the turn, and asks the gate where its word is old by then. Undefined: call at once, the turn
 * is on and the gate open.
 */
export async function heldNow({ gate, turns, timing }: LastCheck, sending: AboutToSend): Promise<HeldBack | undefined> {
  let { turn } = sending;
  for (let tries = 0; tries < TURNS; tries += 1) {
    if (!turn || !turns || (await turns.begun(turn))) {
      const held = heldBackBy(await gateNow({ gate, timing }, sending.question, sending.reading));
      if (held) return held;
      if (!turn || !turns || turns.isOn(turn)) return undefined;
    }
    // Claimed already: whoever cannot tell whether there is another turn has none.
    const next: TurnAnswer = (await turns?.take(sending.provider.key).catch(() => NONE)) ?? NONE;
    if (next.kind === 'later') break;
    turn = next;
  }
  return { kind: 'rest', reason: 'rate_reached' };
}

const NONE: TurnAnswer = { kind: 'later', waitMs: 0 };
