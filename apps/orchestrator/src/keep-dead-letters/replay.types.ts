import type { WebhookParser } from '@homing/channels';
import type { FieldFault } from '@homing/contracts';
import type { RequestIntake } from '@homing/intake';
import type { Publisher } from '@homing/messaging';
import type { DeskLetter, LetterContent } from '@homing/vault/desk';

export interface Replay {
  readonly letter: DeskLetter;
  readonly content: LetterContent;
  /** What stands in for the message's data. Absent: as it was. */
  readonly repaired?: unknown;
}

export type Replayed =
  | { readonly kind: 'replayed'; readonly outreachId?: string }
  | { readonly kind: 'faulty'; readonly faults: readonly FieldFault[] }
  | { readonly kind: 'different_content' }
  | { readonly kind: 'not_repairable' };

export interface ReplayParts {
  readonly intake: RequestIntake;
  readonly publisher: Pick<Publisher, 'publish' | 'publishBytes'>;
  /** By provider: reads what a webhook said. */
  readonly parsers: ReadonlyMap<string, WebhookParser>;
  readonly now: () => string;
}
