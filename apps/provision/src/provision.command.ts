import type { ServiceBasics } from '@homing/service-kit';

export interface CommandContext extends Pick<ServiceBasics, 'env' | 'logger'> {
  readonly args: readonly string[];
  /** What the operator asked for, as opposed to the log. */
  readonly write: (text: string) => void;
}

/** Resolves with the exit code. @throws ConfigError naming variables, or whatever the store said */
export type Command = (context: CommandContext) => Promise<number>;
