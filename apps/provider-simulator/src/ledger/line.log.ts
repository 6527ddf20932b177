import { createReadStream } from 'node:fs';
import { chmod, mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

interface Waiting {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * An append-only file of JSON lines. A resolved `append` is on the disk (`sync`) or at least with the kernel; appends that
 * come while one is being written share the next write and the next fsync. A last line torn by a kill was never resolved
 * and is cut off at the next opening. One process at a time.
 */
export class LineLog<T> {
  #queue: Waiting[] = [];
  #writing: Promise<void> | undefined;

  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    private readonly sync: boolean,
  ) {}

  /** Opens or makes the file (0600, its folder 0700) and hands every whole line to `visit`, oldest first. Unreadable lines are passed over. */
  static async open<T>(path: string, options: { sync: boolean; visit: (line: T) => void }): Promise<LineLog<T>> {
    // Addresses stand in it: for its owner only, also where an earlier version was less careful.
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await chmod(dirname(path), 0o700);
    const file = await open(path, 'a+', 0o600);
    await file.chmod(0o600);
    await file.truncate(await endOfLastLine(file));
    for await (const line of readLines<T>(path)) options.visit(line);
    return new LineLog<T>(path, file, options.sync);
  }

  append(line: T): Promise<void> {
    const written = new Promise<void>((resolve, reject) => {
      this.#queue.push({ text: `${JSON.stringify(line)}\n`, resolve, reject });
    });
    this.#writing ??= this.#drain().finally(() => (this.#writing = undefined));
    return written;
  }

  lines(): AsyncGenerator<T> {
    return readLines<T>(this.path);
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.file.close();
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const group = this.#queue;
      this.#queue = [];
      try {
        await this.file.appendFile(group.map(({ text }) => text).join(''));
        if (this.sync) await this.file.datasync();
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
  }
}

async function* readLines<T>(path: string): AsyncGenerator<T> {
  const input = createReadStream(path);
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      const line = parsed<T>(text);
      if (line !== undefined) yield line;
    }
  } finally {
    input.destroy();
  }
}

/** Undefined for a line that is still being written, or was spoiled. */
function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

async function endOfLastLine(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  const step = 64 * 1024;
  for (let end = size; end > 0; end -= step) {
    const start = Math.max(0, end - step);
    const { buffer } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    const newline = buffer.lastIndexOf(0x0a);
    if (newline >= 0) return start + newline + 1;
  }
  return 0;
}
