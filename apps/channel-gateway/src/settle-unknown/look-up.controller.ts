import { BUS_STREAMS, lookUpSubject, type Channel, type CloudEvent, type LookUpAttempt } from '@homing/contracts';
import { JsEvent, PoisonError } from '@homing/messaging';
import { Controller, Inject, type Type } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { settleAttempt, type SettleParts } from './settle.attempt.js';

export const SETTLE_PARTS = Symbol('what finding out needs');

/** Handles attempts of one channel whose outcome is unknown. Acknowledged when it is settled, or when nothing can be found out now. */
export interface LookUpHandler {
  settle(event: CloudEvent<LookUpAttempt>): Promise<void>;
}

/** The controller of a channel's look-ups. */
export function lookUpControllerOf(
  channel: Channel,
): Type<LookUpHandler> & (new (parts: SettleParts) => LookUpHandler) {
  @Controller()
  class LookUpController implements LookUpHandler {
    constructor(@Inject(SETTLE_PARTS) private readonly parts: SettleParts) {}

    @JsEvent(lookUpSubject(channel), {
      stream: BUS_STREAMS.dispatch,
      durable: `gateway-lookup-${channel}`,
      maxInFlight: 4,
      ackWaitMs: 15_000,
    })
    async settle(@Payload() event: CloudEvent<LookUpAttempt>): Promise<void> {
      const { data } = event;
      if (!isLookUp(data)) throw new PoisonError('not_a_look_up');
      await settleAttempt(this.parts, data);
    }
  }
  return LookUpController;
}

function isLookUp(data: LookUpAttempt | undefined): data is LookUpAttempt {
  if (typeof data !== 'object' || data === null) return false;
  const { outreachId, tenantId, deliveryId, leg, attempt } = data;
  const texts = [outreachId, tenantId, deliveryId].every((text) => typeof text === 'string');
  return texts && Number.isInteger(leg) && Number.isInteger(attempt);
}
