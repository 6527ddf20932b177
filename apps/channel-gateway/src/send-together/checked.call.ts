import type { ChannelProvider, OutboundMessage } from '@homing/channels';
import type { ProviderAnswer } from '@homing/domain';
import type { Timing } from '@homing/service-kit';
import type { ProviderRota } from '../choose-provider/provider.rota.js';
import type { Turn } from '../keep-rate/provider.turns.js';
import { clearedNow, type AboutToSend, type LastCheck } from '../send-delivery/last.check.js';
import { callProvider, inSendSpan } from '../send-delivery/provider.call.js';
import type { HeldBack } from '../send-delivery/send.gate.js';
import type { OnTheWay, SharedCalls } from './shared.calls.js';

export interface CheckedCallParts extends LastCheck {
  readonly timing: Timing;
  /** Learns from the call. Default: nobody does. */
  readonly rota?: ProviderRota;
  /** Default: every message has a call of its own. */
  readonly together?: SharedCalls;
}

export interface ReadyToSend extends AboutToSend {
  readonly provider: ChannelProvider;
  readonly message: OutboundMessage;
  readonly onTheWay?: OnTheWay;
}

export type CheckedAnswer = ProviderAnswer | { readonly kind: 'held'; readonly held: HeldBack };

/** A turn is for one call: whoever is to be called for again takes another. */
const USED_UP: Turn = { kind: 'turn', from: -Infinity, until: -Infinity };

/**
 * The last check, and the call: in company where the provider takes many messages at once, else by itself. No call starts on a check
 * that is older than it may be: whom a shared call would take too late, or sends back for another's sake, is checked anew. `end`, by
 * the monotonic clock: when the lease ends, and with it every call.
 */
export async function checkedCall(parts: CheckedCallParts, sending: ReadyToSend, end: number): Promise<CheckedAnswer> {
  const { timing, together, rota } = parts;
  const { provider, message, onTheWay } = sending;
  const alone = (): Promise<ProviderAnswer> =>
    callProvider(provider, message, { leftMs: end - timing.monotonic(), timing, rota });
  let next: AboutToSend = sending;
  let inCompany = together?.takes(provider) === true;
  for (;;) {
    const clearance = await clearedNow(parts, next);
    if (clearance.kind === 'held') return clearance;
    if (!inCompany || !together || end - timing.monotonic() < 1) {
      onTheWay?.leave();
      return alone();
    }
    const said = await inSendSpan(provider, message, () => {
      const answer = together.join({ provider, message, end, clearUntil: clearance.until });
      onTheWay?.leave();
      return answer;
    });
    if (said.kind === 'too_late') continue;
    if (said.kind !== 'sent_back') return said;
    inCompany = said.again && next === sending;
    next = { ...sending, ...(sending.turn ? { turn: USED_UP } : {}) };
  }
}
