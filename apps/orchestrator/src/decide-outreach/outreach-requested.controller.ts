import { BUS_STREAMS, OUTREACH_REQUESTED, type CloudEvent } from '@homing/contracts';
import { JetStreamContext, JsEvent } from '@homing/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { OutreachDecider } from './outreach.decider.service.js';

/** `outreach.requested`, from publishers and (by reference) from the API and the sweeper. */
@Controller()
export class OutreachRequestedController {
  constructor(private readonly decider: OutreachDecider) {}

  @JsEvent(OUTREACH_REQUESTED, {
    stream: BUS_STREAMS.outreach,
    durable: 'orchestrator-requests',
    maxInFlight: 256,
    allowBareBody: { type: OUTREACH_REQUESTED, source: 'bus' },
  })
  handle(@Payload() event: CloudEvent, @Ctx() context: JetStreamContext): Promise<void> {
    const { replyTo, storedAt, message } = context;
    return this.decider.decide({ event, replyTo, storedAt, redelivered: message.redelivered });
  }
}
