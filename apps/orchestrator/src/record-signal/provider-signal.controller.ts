import { BUS_STREAMS, signalSubject, type CloudEvent } from '@homing/contracts';
import { type JetStreamContext, JsEvent } from '@homing/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { SignalRecorder } from './signal.recorder.service.js';

/** What providers say, as ingestion verified it. One consumer for all of them, and none of anybody else’s, so that click storms never starve decisions. */
@Controller()
export class ProviderSignalController {
  constructor(private readonly recorder: SignalRecorder) {}

  @JsEvent(signalSubject('*'), {
    stream: BUS_STREAMS.signals,
    durable: 'orchestrator-signals',
    maxInFlight: 256,
  })
  hear(@Payload() event: CloudEvent, @Ctx() { subject }: JetStreamContext): Promise<void> {
    return this.recorder.hear(event, subject);
  }
}
