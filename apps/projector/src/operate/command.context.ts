import type { ServiceBasics } from '@homing/service-kit';

/** What an operator's command gets. */
export interface CommandContext extends Pick<ServiceBasics, 'env' | 'logger' | 'instance'> {
  readonly args: readonly string[];
  /** What was asked for: standard output. */
  readonly write: (line: string) => void;
  /** How it gets on: standard error. */
  readonly say: (line: string) => void;
  /** Aborts at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}

/** Resolves with the exit code. @throws ConfigError naming variables; UsageError; what the stores said */
export type Command = (context: CommandContext) => Promise<number>;

/** 0 done (rebuild: equal, or swapped), 1 failed. */
export const EXIT = { done: 0, failed: 1, different: 2, usage: 64, interrupted: 130 } as const;

/** An argument that is not understood. */
export class UsageError extends Error {
  readonly safeMessage = true;
  readonly code = 'USAGE';
}
