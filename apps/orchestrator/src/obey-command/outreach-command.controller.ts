import { BUS_STREAMS, OUTREACH_COMMAND, readOutreachCommand, type CloudEvent } from '@homing/contracts';
import { JetStreamContext, JsEvent, PoisonError } from '@homing/messaging';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { obeyCommand, type CommandParts } from './command.handler.js';

export const COMMAND_PARTS = Symbol('what commands need');

/** `outreach.command`, from the API and the scheduler: acknowledged, and answered to who waits, when it stands. */
@Controller()
export class OutreachCommandController {
  constructor(@Inject(COMMAND_PARTS) private readonly parts: CommandParts) {}

  @JsEvent(OUTREACH_COMMAND, { stream: BUS_STREAMS.outreach, durable: 'orchestrator-commands', maxInFlight: 64 })
  async handle(@Payload() event: CloudEvent, @Ctx() context: JetStreamContext): Promise<void> {
    const reading = readOutreachCommand(event.data);
    if (reading.kind === 'invalid') {
      const faults = reading.faults.map(({ field, code }) => ({ path: `data.${field}`, code }));
      throw new PoisonError('invalid_command', faults);
    }
    const answer = await obeyCommand(this.parts, reading.command, event.id);
    if (answer && context.replyTo !== undefined) this.parts.notify(context.replyTo, answer);
  }
}
