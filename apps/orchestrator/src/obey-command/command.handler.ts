import type { CommandAnswer, OutreachCommand } from '@homing/contracts';
import { followOutreach, reclaimReservations } from '../follow-outreach/outreach.follower.js';
import { cancel, type CancelParts } from './cancel.handler.js';
import { settle } from './settle-unknown.handler.js';

export interface CommandParts extends CancelParts {
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
      const asked = { outreachId, tenantId, causationId: messageId };
      await followOutreach(parts.follow, { ...asked, known: await reclaimReservations(parts.follow, asked) });
      return undefined;
    }
    case 'cancel':
      return cancel(parts, command, messageId);
    case 'settle_unknown':
      return settle(parts.follow, command, messageId);
  }
}
