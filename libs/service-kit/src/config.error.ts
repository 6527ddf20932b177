/** One environment variable that cannot be used: its name and what it should be. Never its value. */
export interface ConfigFault {
  readonly variable: string;
  readonly expected: string;
}

/** Thrown by `Env.check()` at boot. The operator mends the named variables and starts again; retrying does not help. */
export class ConfigError extends Error {
  /** Tells the logger that the message holds names and expectations only. */
  readonly safeMessage = true;
  readonly code = 'CONFIG_INVALID';

  constructor(readonly faults: readonly ConfigFault[]) {
    super(`configuration: ${faults.map((fault) => `${fault.variable} ${fault.expected}`).join('; ')}`);
    this.name = 'ConfigError';
  }
}
