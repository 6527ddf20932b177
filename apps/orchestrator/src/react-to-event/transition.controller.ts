import { BUS_STREAMS, eventSubject, type CloudEvent, type OutreachTransition } from '@homing/contracts';
import { JsEvent, PoisonError } from '@homing/messaging';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { reactTo, type TransitionParts } from './reaction.handler.js';

export const REACT_PARTS = Symbol('what reactions need');

/**
 * Transitions that call for something. Signals bring their reaction along in their own append; what the gateway appends is
 * followed here. Should the bus lose one, the timetable's `reaction` entry makes the scheduler do it.
 */
@Controller()
export class TransitionController {
  constructor(@Inject(REACT_PARTS) private readonly parts: TransitionParts) {}

  @JsEvent(eventSubject('rejected'), {
    stream: BUS_STREAMS.events,
    durable: 'orchestrator-react-rejected',
    maxInFlight: 64,
  })
  rejected(@Payload() event: CloudEvent<OutreachTransition>): Promise<void> {
    return this.#follow(event);
  }

  /** Never sent: what it held in the books is released. */
  @JsEvent(eventSubject('skipped'), {
    stream: BUS_STREAMS.events,
    durable: 'orchestrator-react-skipped',
    maxInFlight: 64,
  })
  skipped(@Payload() event: CloudEvent<OutreachTransition>): Promise<void> {
    return this.#follow(event);
  }

  @JsEvent(eventSubject('expired'), {
    stream: BUS_STREAMS.events,
    durable: 'orchestrator-react-expired',
    maxInFlight: 64,
  })
  expired(@Payload() event: CloudEvent<OutreachTransition>): Promise<void> {
    return this.#follow(event);
  }

  /** What had been given back is charged and counted after all. */
  @JsEvent(eventSubject('sent_late'), {
    stream: BUS_STREAMS.events,
    durable: 'orchestrator-react-sent-late',
    maxInFlight: 16,
  })
  sentLate(@Payload() event: CloudEvent<OutreachTransition>): Promise<void> {
    return this.#follow(event);
  }

  #follow({ data }: CloudEvent<OutreachTransition>): Promise<void> {
    if (!data || typeof data.outreachId !== 'string' || !/^\d+$/.test(data.revision))
      throw new PoisonError('not_a_transition');
    return reactTo(this.parts, data);
  }
}
