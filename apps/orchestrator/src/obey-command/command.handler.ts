import type { CommandAnswer, OutreachCommand } from '@homing/contracts';
import { PoisonError } from '@homing/messaging';
import { reactTo, type ReactParts } from '../react-to-event/reaction.handler.js';

export interface CommandParts {
  readonly react: ReactParts;
  /** Tells who waits for the answer, if somebody still does. */
  readonly notify: (replyTo: string, answer: CommandAnswer) => void;
}

/** Does what a command says; what it answers, if it answers. Doing it again is harmless. */
export async function obeyCommand(
  parts: CommandParts,
  command: OutreachCommand,
  messageId: string,
): Promise<CommandAnswer | undefined> {
  switch (command.kind) {
    case 'follow': {
      const { outreachId, tenantId } = command;
      const occurredAt = parts.react.now();
      // Whatever revision is known will do: a stale one costs a conflict and a second look.
      const asked = { outreachId, tenantId, transition: 'follow', position: messageId, revision: '0', occurredAt };
      await reactTo(parts.react, asked);
      return undefined;
    }
    case 'cancel':
    case 'settle_unknown':
      throw new PoisonError('not_supported');
  }
}
