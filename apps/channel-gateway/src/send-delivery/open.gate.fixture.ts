import { systemTiming, type Timing } from '@homing/service-kit';
import type { GateAnswer } from '@homing/vault/gate';
import type { SendGate } from './send.gate.js';

/** A gate that says the same to everyone, freshly. Default: open. */
export const gateSaying = (
  answer: GateAnswer = { kind: 'open' },
  { monotonic }: Pick<Timing, 'monotonic'> = systemTiming,
): SendGate => ({ ask: () => Promise.resolve({ answer, askedAt: monotonic() }) });
