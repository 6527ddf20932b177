import { BUS_STREAMS, dispatchSubject, type Channel, type CloudEvent, type DispatchDelivery } from '@homing/contracts';
import type { OutreachState } from '@homing/domain';
import { JsEvent, PoisonError } from '@homing/messaging';
import { Controller, Inject, type Type } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { sendAttempt, type SendParts } from './send.attempt.js';

export const SEND_PARTS = Symbol('what sending needs');

type Dispatched = CloudEvent<DispatchDelivery<OutreachState>>;

/** Handles the dispatches of one channel. Acknowledged when the attempt's answer stands, or when it was not ours to make. */
export interface DispatchHandler {
  send(event: Dispatched): Promise<void>;
}

/** Dispatches that one gateway works on at once; of a channel where many share a call. */
const IN_FLIGHT = 64;
const IN_FLIGHT_TOGETHER = 256;

/**
 * The controller of a channel's dispatches; every channel is waited for by a consumer of its own, so none is kept waiting by another.
 * `together`: a provider of it takes many messages in one call.
 */
export function dispatchControllerOf(
  channel: Channel,
  together = false,
): Type<DispatchHandler> & (new (parts: SendParts) => DispatchHandler) {
  @Controller()
  class DispatchController implements DispatchHandler {
    constructor(@Inject(SEND_PARTS) private readonly parts: SendParts) {}

    @JsEvent(dispatchSubject(channel), {
      stream: BUS_STREAMS.dispatch,
      durable: `gateway-${channel}`,
      maxInFlight: together ? IN_FLIGHT_TOGETHER : IN_FLIGHT,
      ackWaitMs: 30_000,
    })
    async send(@Payload() event: Dispatched): Promise<void> {
      const { data } = event;
      if (!isDispatch(data)) throw new PoisonError('not_a_dispatch');
      await sendAttempt(this.parts, data);
    }
  }
  return DispatchController;
}

function isDispatch(data: DispatchDelivery<OutreachState> | undefined): data is DispatchDelivery<OutreachState> {
  if (typeof data !== 'object' || data === null) return false;
  const { deliveryId, attempt, revision, state } = data;
  const known = typeof state === 'object' && state !== null && 'deliveries' in state;
  return typeof deliveryId === 'string' && Number.isInteger(attempt) && /^\d+$/.test(revision) && known;
}
