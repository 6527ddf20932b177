import { BUS_STREAMS, deadLetterSubject } from '@homing/contracts';
import { JetStreamContext, JsEvent } from '@homing/messaging';
import { Controller } from '@nestjs/common';
import { Ctx } from '@nestjs/microservices';
import { LetterFiler } from './letter.filer.service.js';

/** Every dead letter of the installation is filed, by what its headers say. */
@Controller()
export class DeadLetterController {
  constructor(private readonly filer: LetterFiler) {}

  @JsEvent(deadLetterSubject('*'), {
    stream: BUS_STREAMS.deadLetters,
    durable: 'orchestrator-dead-letters',
    maxInFlight: 128,
    headersOnly: true,
  })
  handle(@Ctx() context: JetStreamContext): Promise<void> {
    return this.filer.file({
      header: (name) => context.header(name),
      messageId: context.messageId,
      sequence: context.streamSequence,
      storedAt: context.storedAt,
    });
  }
}
