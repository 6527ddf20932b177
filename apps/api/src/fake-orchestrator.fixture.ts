import { AckPolicy, type ConsumerMessages } from '@nats-io/jetstream';
import {
  BUS_STREAMS,
  type CloudEvent,
  type CommandAnswer,
  CONTACT_COMMAND,
  type ContactAnswer,
  type ContactCommandMessage,
  type DecisionAnswer,
  OUTREACH_COMMAND,
  type OutreachCommand,
  outreachIdOfRef,
  readContactCommand,
  readOutreachCommand,
  REPLY_TO_HEADER,
} from '@homing/contracts';
import { type Bus, connectBus } from '@homing/messaging';
import { createLogger } from '@homing/service-kit';

export interface Heard {
  readonly event: CloudEvent;
  /** As it lay in JetStream, header included. */
  readonly raw: string;
  readonly replyTo: string | undefined;
}

/** Answers as the orchestrator would: once a message, on the inbox the message names. */
export class FakeOrchestrator {
  readonly heard: Heard[] = [];
  /** What it answers; undefined keeps it silent. */
  answer: ((outreachId: string) => DecisionAnswer) | undefined = scheduled;
  /** What it answers to a command; undefined keeps it silent. */
  obey: ((command: OutreachCommand) => CommandAnswer) | undefined;
  readonly commands: OutreachCommand[] = [];
  /** What it answers to a command about an address; undefined keeps it silent. */
  obeyContact: ((command: ContactCommandMessage) => Promise<ContactAnswer>) | undefined;
  readonly contactCommands: ContactCommandMessage[] = [];
  #messages: ConsumerMessages | undefined;

  private constructor(readonly bus: Bus) {}

  static async start(url: string): Promise<FakeOrchestrator> {
    const logger = createLogger({ service: 'fake', instance: 'fake', level: 'silent' });
    const fake = new FakeOrchestrator(connectBus({ url, name: 'fake-orchestrator', logger, topology: {} }));
    const { js, manager } = await fake.bus.api();
    await fake.bus.repair();
    await manager.consumers.add(BUS_STREAMS.outreach, { durable_name: 'fake', ack_policy: AckPolicy.Explicit });
    fake.#messages = await (await js.consumers.get(BUS_STREAMS.outreach, 'fake')).consume();
    void fake.#hear(fake.#messages);
    return fake;
  }

  heardOf(outreachId: string): Heard[] {
    return this.heard.filter(({ event }) => outreachIdOfRef(event.dataref ?? '') === outreachId);
  }

  async stop(): Promise<void> {
    await this.#messages?.close();
    await this.bus.close();
  }

  async #hear(messages: ConsumerMessages): Promise<void> {
    for await (const message of messages) {
      const event = message.json<CloudEvent>();
      const replyTo = message.headers?.get(REPLY_TO_HEADER) || undefined;
      this.heard.push({ event, replyTo, raw: `${message.headers?.toString() ?? ''}${message.string()}` });
      const outreachId = outreachIdOfRef(event.dataref ?? '');
      const asked = event.type === OUTREACH_COMMAND ? readOutreachCommand(event.data) : undefined;
      if (asked?.kind === 'valid') {
        this.commands.push(asked.command);
        if (replyTo && this.obey) this.bus.notify(replyTo, this.obey(asked.command));
      }
      const contact = event.type === CONTACT_COMMAND ? readContactCommand(event.data) : undefined;
      if (contact?.kind === 'valid') {
        this.contactCommands.push(contact.command);
        if (replyTo && this.obeyContact) this.bus.notify(replyTo, await this.obeyContact(contact.command));
      }
      if (replyTo && outreachId && this.answer) this.bus.notify(replyTo, this.answer(outreachId));
      message.ack();
    }
  }
}

export const scheduled = (outreachId: string): DecisionAnswer => ({
  outreachId,
  status: 'scheduled',
  channel: 'email',
  sendAt: '2026-01-05T09:00:00.000Z',
  fallbackChain: [],
  cost: { micros: 1_000, currency: 'EUR' },
  confidence: 0.5,
  explanation: 'Sending by email at once: the only channel that can be used.',
});
