import type { CommandAnswer, OutreachCommand } from '@homing/contracts';
import { PoisonError } from '@homing/messaging';
import { followOutreach, reclaimReservations, type FollowParts } from '../follow-outreach/outreach.follower.js';

export interface CommandParts {
  readonly follow: FollowParts;
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
    case 'settle_unknown':
      throw new PoisonError('not_supported');
  }
}
