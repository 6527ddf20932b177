import {
  BUS_STREAMS,
  CONTACT_COMMAND,
  readContactCommand,
  type CloudEvent,
  type ContactAnswer,
  type ContactCommandMessage,
  type GrantConsentDto,
  type WithdrawConsentDto,
} from '@homing/contracts';
import type { ContactCommand } from '@homing/domain';
import { JetStreamContext, JsEvent, PoisonError } from '@homing/messaging';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { ContactKeeper } from './contact.keeper.js';

export interface ContactCommandParts {
  readonly contacts: Pick<ContactKeeper, 'record'>;
  readonly now: () => string;
  /** Tells who waits for the answer, if somebody still does. */
  readonly notify: (replyTo: string, answer: ContactAnswer) => void;
}
export const CONTACT_COMMAND_PARTS = Symbol('what commands to addresses need');

/** `contact.command`, from the API: acknowledged, and answered to who waits, when it stands and the gate knows. */
@Controller()
export class ContactCommandController {
  constructor(@Inject(CONTACT_COMMAND_PARTS) private readonly parts: ContactCommandParts) {}

  @JsEvent(CONTACT_COMMAND, { stream: BUS_STREAMS.outreach, durable: 'orchestrator-contact-commands', maxInFlight: 64 })
  async handle(@Payload() event: CloudEvent, @Ctx() context: JetStreamContext): Promise<void> {
    const reading = readContactCommand(event.data);
    if (reading.kind === 'invalid') {
      const faults = reading.faults.map(({ field, code }) => ({ path: `data.${field}`, code }));
      throw new PoisonError('invalid_command', faults);
    }
    const answer = await obeyContactCommand(this.parts, reading.command, event.id);
    if (context.replyTo !== undefined) this.parts.notify(context.replyTo, answer);
  }
}

/** Doing it again is harmless. */
export async function obeyContactCommand(
  { contacts, now }: Pick<ContactCommandParts, 'contacts' | 'now'>,
  message: ContactCommandMessage,
  messageId: string,
): Promise<ContactAnswer> {
  const command = commandOf(message, messageId, now());
  const { kind, events } = await contacts.record({ command, commandId: `${message.kind}:${messageId}` });
  const changed = kind === 'appended' && events.length > 0;
  const { fingerprint } = message;
  return { fingerprint, status: changed ? DONE[message.kind] : 'unchanged' };
}

const DONE = {
  suppress: 'suppressed',
  lift: 'lifted',
  grant_consent: 'granted',
  withdraw_consent: 'withdrawn',
} as const;

function commandOf(message: ContactCommandMessage, causationId: string, now: string): ContactCommand {
  const { tenantId, fingerprint, channel, by, note } = message;
  const of = { tenantId, fingerprint, channel, by, causationId, now, ...(note === undefined ? {} : { note }) };
  switch (message.kind) {
    case 'lift':
      return { ...of, kind: 'lift', because: message.because };
    case 'suppress': {
      const { mask } = message;
      return { ...of, kind: 'suppress', reason: 'manual', ...(mask === undefined ? {} : { mask }) };
    }
    default:
      return consentCommandOf(message, causationId, now);
  }
}

function consentCommandOf(
  message: GrantConsentDto | WithdrawConsentDto,
  causationId: string,
  now: string,
): ContactCommand {
  const { tenantId, fingerprint, channel, by, consentId, purpose, source, at } = message;
  const of = { tenantId, fingerprint, channel, by, consentId, purpose, source, causationId, now };
  const said = { ...of, ...(at === undefined ? {} : { at }) };
  if (message.kind === 'withdraw_consent') {
    const { kind, evidence } = message;
    return { ...said, kind, ...(evidence === undefined ? {} : { evidence }) };
  }
  const { kind, evidence, wording, validUntil } = message;
  return {
    ...{ ...said, kind, evidence },
    ...(wording === undefined ? {} : { wording }),
    ...(validUntil === undefined ? {} : { validUntil }),
  };
}
