/** A store cannot be started or found. The message says what was expected, `next` what a person can do about it. */
export class StoreError extends Error {
  constructor(
    message: string,
    readonly next: string,
  ) {
    super(`${message}\n  next: ${next}`);
    this.name = 'StoreError';
  }
}

/** The data is in use by a living server of ours; nothing was touched. */
export class StoreInUseError extends StoreError {
  constructor(
    store: string,
    directory: string,
    readonly pid: number,
  ) {
    super(`${store} is already running on ${directory} (pid ${pid})`, `stop that process first (kill -INT ${pid})`);
    this.name = 'StoreInUseError';
  }
}
