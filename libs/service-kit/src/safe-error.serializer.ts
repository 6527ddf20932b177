/** What a log line may say about an error. Nothing here can hold a request body, an address or an SQL parameter. */
export interface SafeError {
  readonly type: string;
  readonly code?: string | number;
  /** Present only when the error declares `safeMessage: true` (or gives the safe text as a string). */
  readonly message?: string;
  /** Stack frames without the message. */
  readonly stack?: readonly string[];
  readonly cause?: SafeError;
  readonly errors?: readonly SafeError[];
}

const deepest = 3;
const mostFrames = 12;
const mostErrors = 5;

/**
 * Reduces anything thrown to class, code and frames. Messages are dropped: drivers quote values in them. An error class of ours
 * declares `readonly safeMessage = true` when its message is made of constants, names, ids and counts only.
 */
export function toSafeError(thrown: unknown, depth = 0): SafeError {
  if (!(thrown instanceof Error)) return { type: thrown === null ? 'null' : `thrown ${typeof thrown}` };
  const { code, safeMessage, cause, errors } = thrown as Error &
    Partial<Record<'code' | 'safeMessage' | 'errors', unknown>>;
  const message = safeMessage === true ? thrown.message : typeof safeMessage === 'string' ? safeMessage : undefined;
  const goDeeper = depth < deepest;
  return {
    type: safeWord(thrown.constructor.name) ?? 'Error',
    ...definedOnly({
      code: typeof code === 'number' ? code : safeWord(code),
      message,
      stack: framesOf(thrown),
      cause: goDeeper && cause instanceof Error ? toSafeError(cause, depth + 1) : undefined,
      errors:
        goDeeper && Array.isArray(errors)
          ? errors.slice(0, mostErrors).map((each: unknown) => toSafeError(each, depth + 1))
          : undefined,
    }),
  };
}

/** One word for readiness, rows and labels: the error's code, or its class. */
export function errorCode(thrown: unknown): string {
  const { code, type } = toSafeError(thrown);
  return String(code ?? type);
}

function safeWord(word: unknown): string | undefined {
  return typeof word === 'string' && /^[\w.$-]{1,64}$/.test(word) ? word : undefined;
}

/** The stack begins with the message, which may itself look like frames: cut it off by its text, or give no stack at all. */
function framesOf(error: Error): readonly string[] | undefined {
  const stack = error.stack ?? '';
  const at = error.message === '' ? 0 : stack.indexOf(error.message);
  if (at < 0) return undefined;
  const frames = stack
    .slice(at + error.message.length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^at .+:\d+:\d+\)?$/.test(line));
  return frames.length > 0 ? frames.slice(0, mostFrames) : undefined;
}

function definedOnly<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
