import { BUS_STREAMS, lookUpSubject, type CloudEvent, type LookUpAttempt } from '@homing/contracts';
import { JsEvent, PoisonError } from '@homing/messaging';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { settleAttempt, type SettleParts } from './settle.attempt.js';

export const SETTLE_PARTS = Symbol('what finding out needs');

/** Attempts of email whose outcome is unknown. Acknowledged when it is settled, or when nothing can be found out now. */
@Controller()
export class EmailLookUpController {
  constructor(@Inject(SETTLE_PARTS) private readonly parts: SettleParts) {}

  @JsEvent(lookUpSubject('email'), {
    stream: BUS_STREAMS.dispatch,
    durable: 'gateway-lookup-email',
    maxInFlight: 4,
    ackWaitMs: 15_000,
  })
  async email(@Payload() event: CloudEvent<LookUpAttempt>): Promise<void> {
    const { data } = event;
    if (!isLookUp(data)) throw new PoisonError('not_a_look_up');
    await settleAttempt(this.parts, data);
  }
}

function isLookUp(data: LookUpAttempt | undefined): data is LookUpAttempt {
  if (typeof data !== 'object' || data === null) return false;
  const { outreachId, tenantId, deliveryId, leg, attempt } = data;
  const texts = [outreachId, tenantId, deliveryId].every((text) => typeof text === 'string');
  return texts && Number.isInteger(leg) && Number.isInteger(attempt);
}
