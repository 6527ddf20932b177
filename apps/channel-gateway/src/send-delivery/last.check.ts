import type { ChannelProvider } from '@homing/channels';
import type { Timing } from '@homing/service-kit';
import type { GateQuestion } from '@homing/vault/gate';
import type { ProviderTurns, Turn, TurnAnswer } from '../keep-rate/provider.turns.js';
import { GATE_FRESH_MS, heldBackBy, readGateNow, type GateReading, type HeldBack, type SendGate } from './send.gate.js';

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

/** `until`, by the monotonic clock: a call may start up to then without another check. */
export type Clearance =
  { readonly kind: 'clear'; readonly until: number } | { readonly kind: 'held'; readonly held: HeldBack };

/** The last thing before the call: waits for the turn, and asks the gate where its word is old by then. */
export async function clearedNow({ gate, turns, timing }: LastCheck, sending: AboutToSend): Promise<Clearance> {
  let { turn } = sending;
  for (let tries = 0; tries < TURNS; tries += 1) {
    if (!turn || !turns || (await turns.begun(turn))) {
      const now = await readGateNow({ gate, timing }, sending.question, sending.reading);
      const held = heldBackBy('answer' in now ? now.answer : now);
      if (held) return { kind: 'held', held };
      const until = Math.min('askedAt' in now ? now.askedAt + GATE_FRESH_MS : 0, turn?.until ?? Infinity);
      if (!turn || !turns || turns.isOn(turn)) return { kind: 'clear', until };
    }
    // Claimed already: whoever cannot tell whether there is another turn has none.
    const next: TurnAnswer = (await turns?.take(sending.provider.key).catch(() => NONE)) ?? NONE;
    if (next.kind === 'later') break;
    turn = next;
  }
  return { kind: 'held', held: { kind: 'rest', reason: 'rate_reached' } };
}

/** Undefined: call at once, the turn is on and the gate open. */
export async function heldNow(parts: LastCheck, sending: AboutToSend): Promise<HeldBack | undefined> {
  const clearance = await clearedNow(parts, sending);
  return clearance.kind === 'held' ? clearance.held : undefined;
}

const NONE: TurnAnswer = { kind: 'later', waitMs: 0 };
