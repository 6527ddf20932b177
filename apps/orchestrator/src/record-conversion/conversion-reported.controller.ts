import {
  BUS_STREAMS,
  CONVERSION_REPORTED,
  ConversionReport,
  readConversion,
  type CloudEvent,
  type ConversionAnswer,
} from '@homing/contracts';
import { JetStreamContext, JsEvent, PoisonError } from '@homing/messaging';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { recordReport, type ConversionParts } from './conversion.handler.js';

export interface ConversionHearing extends ConversionParts {
  /** Tells who waits for the answer, if somebody still does. */
  readonly notify: (replyTo: string, answer: ConversionAnswer) => void;
}
export const CONVERSION_PARTS = Symbol('what conversions need');

/**
 * `conversion.reported`, from the API and from other services: acknowledged, and answered to who waits, when it stands. One that cannot
 * be counted is told to who waits; where nobody does it becomes a dead letter, so that no report is lost in silence.
 */
@Controller()
export class ConversionReportedController {
  constructor(@Inject(CONVERSION_PARTS) private readonly parts: ConversionHearing) {}

  @JsEvent(CONVERSION_REPORTED, { stream: BUS_STREAMS.outreach, durable: 'orchestrator-conversions', maxInFlight: 64 })
  async handle(@Payload() event: CloudEvent, @Ctx() context: JetStreamContext): Promise<void> {
    const reading = readConversion(event.data, {
      ...{ unknownFields: 'ignore', as: ConversionReport, idIfNone: event.id },
    });
    if (reading.kind === 'invalid') {
      const faults = reading.faults.map(({ field, code }) => ({ path: `data.${field}`, code }));
      throw new PoisonError('invalid_conversion', faults);
    }
    const answer = await recordReport(this.parts, reading.report, event.id);
    if (context.replyTo !== undefined) return this.parts.notify(context.replyTo, answer);
    if (answer.status === 'refused')
      throw new PoisonError('refused_conversion', [{ path: 'data', code: answer.reason }]);
  }
}
