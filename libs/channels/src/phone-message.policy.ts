import { smsSegments } from '@homing/contracts';
import type { OutboundMessage, SendResult } from './channel.provider.js';

/** ITU-T E.164 with its plus sign. */
export const E164 = /^\+[1-9]\d{6,14}$/;

/** Everything a text by SMS is checked for before anyone is called. */
export interface TextLimits {
  /** Segments a text may take up and is paid for. */
  readonly maxSegments: number;
  /** UTF-16 units. */
  readonly maxUnits: number;
}

/** Why a message to a number cannot leave; undefined when it can. What a provider would refuse anyway is refused without a call. */
export function refuseText(message: OutboundMessage, limits: TextLimits): SendResult | undefined {
  const general = refuseToNumber(message);
  if (general) return general;
  if (message.text.trim() === '') return permanent('empty_text');
  const { segments } = smsSegments(message.text);
  return segments > limits.maxSegments || message.text.length > limits.maxUnits ? permanent('too_long') : undefined;
}

/** What holds for every message to a number, whatever it says. */
export function refuseToNumber(message: OutboundMessage): SendResult | undefined {
  if (!E164.test(message.to.address)) return permanent('invalid_address');
  // Nobody here can check a message without sending it.
  return message.sandbox ? permanent('sandbox_not_supported') : undefined;
}

export const permanent = (code: string): SendResult => ({ kind: 'rejected', class: 'permanent', code });
