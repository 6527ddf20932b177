import { BUS_STREAMS } from '@homing/contracts';
import type { Bus } from './bus.connection.js';
import { orMissing } from './stream.topology.js';

/** Where a letter lies: its sequence, and its message id, since sequences begin anew in a remade stream. */
export interface LetterPlace {
  readonly messageId: string;
  readonly sequence: number;
}

const { deadLetters } = BUS_STREAMS;

/** The dead letters as the bus holds them. Every method rejects with the client's error while the bus is away. */
export class DeadLetterStream {
  constructor(private readonly bus: Pick<Bus, 'api'>) {}

  /** The sealed content; undefined when it is no longer there. */
  async read({ messageId, sequence }: LetterPlace): Promise<Uint8Array | undefined> {
    const { manager } = await this.bus.api();
    const stored = await manager.streams.getMessage(deadLetters, { seq: sequence }).catch(orMissing);
    return stored?.header.get('Nats-Msg-Id') === messageId ? stored.data : undefined;
  }

  /** Overwrites and removes it. Nothing happens when it is gone, or when something else lies there. */
  async remove(place: LetterPlace): Promise<void> {
    if ((await this.read(place)) === undefined) return;
    const { manager } = await this.bus.api();
    await manager.streams.deleteMessage(deadLetters, place.sequence);
  }

  /** When the oldest letter that is still held was stored, ISO 8601; undefined when none is. */
  async heldSince(): Promise<string | undefined> {
    const { manager } = await this.bus.api();
    const { state } = await manager.streams.info(deadLetters);
    return state.messages > 0 ? new Date(state.first_ts).toISOString() : undefined;
  }
}
