import { BUS_STREAMS, dispatchSubject, type CloudEvent, type DispatchDelivery } from '@homing/contracts';
import type { OutreachState } from '@homing/domain';
import { JsEvent, PoisonError } from '@homing/messaging';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { sendAttempt, type SendParts } from './send.attempt.js';

export const SEND_PARTS = Symbol('what sending needs');

/** Dispatches of email. Acknowledged when the attempt's answer stands, or when it was not ours to make. */
@Controller()
export class EmailDispatchController {
  constructor(@Inject(SEND_PARTS) private readonly parts: SendParts) {}

  @JsEvent(dispatchSubject('email'), {
    stream: BUS_STREAMS.dispatch,
    durable: 'gateway-email',
    maxInFlight: 64,
    ackWaitMs: 30_000,
  })
  async email(@Payload() event: CloudEvent<DispatchDelivery<OutreachState>>): Promise<void> {
    const { data } = event;
    if (!isDispatch(data)) throw new PoisonError('not_a_dispatch');
    await sendAttempt(this.parts, data);
  }
}

function isDispatch(data: DispatchDelivery<OutreachState> | undefined): data is DispatchDelivery<OutreachState> {
  if (typeof data !== 'object' || data === null) return false;
  const { deliveryId, attempt, revision, state } = data;
  const known = typeof state === 'object' && state !== null && 'deliveries' in state;
  return typeof deliveryId === 'string' && Number.isInteger(attempt) && /^\d+$/.test(revision) && known;
}
