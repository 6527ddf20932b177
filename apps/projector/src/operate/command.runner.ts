import { ConfigError, toSafeError, type ServiceBasics } from '@homing/service-kit';
import { WalkAbortedError } from './aborted.error.js';
import { EXIT, UsageError, type Command } from './command.context.js';

/** One Ctrl-C reaches us several times, from the terminal and from every layer above: that is still one. */
const oneWishMs = 1_500;

/** Runs one command of an operator to its end and sets the exit code. A second, later signal ends the process at once. */
export async function runCommand(basics: ServiceBasics, args: readonly string[], command: Command): Promise<void> {
  const abort = new AbortController();
  let askedAt: number | undefined;
  const stop = (): void => {
    if (askedAt !== undefined && performance.now() - askedAt > oneWishMs) process.exit(EXIT.interrupted);
    askedAt ??= performance.now();
    abort.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const write = (line: string): void => void process.stdout.write(`${line}\n`);
    process.exitCode = await command({ ...basics, args, write, say, signal: abort.signal });
  } catch (error) {
    process.exitCode = codeOf(error);
    say(wordsOf(error));
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

function codeOf(error: unknown): number {
  if (error instanceof WalkAbortedError) return EXIT.interrupted;
  return error instanceof UsageError || error instanceof ConfigError ? EXIT.usage : EXIT.failed;
}

/** Messages of drivers may quote values: only our own are shown whole. */
function wordsOf(error: unknown): string {
  const { type, code, message } = toSafeError(error);
  return `failed: ${message ?? `${type}${code === undefined ? '' : ` ${code}`}`}`;
}
