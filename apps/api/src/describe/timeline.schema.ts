import { CHANNELS, TRANSITIONS } from '@homing/contracts';
import { flag, instant, partial, text, whole, type Schema } from './schema.parts.js';

const channel = { type: 'string', enum: [...CHANNELS] };
/** 64 bits: a decimal string. */
const big = { type: 'string', pattern: '^\\d+$' };

/** `SendProof` of the contracts. */
const SEND_PROOF: Schema = {
  ...partial({ suppressionReadAt: instant, contactRevision: big, consentId: text, oneClick: flag }, [
    'suppressionReadAt',
  ]),
  description:
    'of an attempt: when the address was last known not to be held back, how far its stream was, the entry of the register of consent that allowed it, and whether the message bore a one-click link',
};

/** One recorded event of an outreach. */
export const TIMELINE_EVENT: Schema = partial(
  {
    position: big,
    revision: big,
    transition: { type: 'string', enum: [...TRANSITIONS] },
    occurredAt: instant,
    recordedAt: instant,
    deliveryId: text,
    leg: whole,
    channel,
    attempt: whole,
    reason: text,
    code: text,
    class: text,
    subtype: text,
    machine: flag,
    provider: text,
    proof: SEND_PROOF,
    via: { type: 'string', enum: ['lookup', 'operator', 'resend'] },
    by: text,
    note: text,
  },
  ['position', 'revision', 'transition', 'occurredAt', 'recordedAt'],
);
