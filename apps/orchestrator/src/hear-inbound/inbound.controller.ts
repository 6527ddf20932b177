import { BUS_STREAMS, inboundSubject, readProviderInbound, type CloudEvent } from '@homing/contracts';
import { JsEvent, PoisonError } from '@homing/messaging';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { hearInbound } from './inbound.hearer.js';
import type { InboundParts } from './inbound.parts.js';

export const INBOUND_PARTS = Symbol('what hearing people needs');

/** `provider.inbound.*`: acknowledged when the address, the outreach and the inbox know. */
@Controller()
export class InboundController {
  constructor(@Inject(INBOUND_PARTS) private readonly parts: InboundParts) {}

  @JsEvent(inboundSubject('*'), { stream: BUS_STREAMS.signals, durable: 'orchestrator-inbound', maxInFlight: 64 })
  async hear(@Payload() event: CloudEvent): Promise<void> {
    const message = readProviderInbound(event.data);
    if (!message) throw new PoisonError('unreadable_inbound');
    await hearInbound(this.parts, message);
  }
}
