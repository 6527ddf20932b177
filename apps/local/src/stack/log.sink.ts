import { appendFileSync, closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { toTerminal } from './terminal.writer.js';

const colours = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94];
const rotateAt = 20 * 1024 * 1024;
const remembered = 40;

/** Where the lines of one service go: to the terminal behind its name, and to its file. */
export interface LogSink {
  /** One line of the service itself. */
  line(text: string): void;
  /** Last lines the service wrote. */
  tail(lines: number): string[];
  close(): void;
}

export interface LogBook {
  /** `shown`: which lines also go to the terminal; default all. */
  sinkFor(service: string, shown?: RegExp): LogSink;
  /** A line of the launcher. */
  say(text: string): void;
}

export interface LogBookOptions {
  directory: string;
  write?: (text: string) => void;
  colour?: boolean;
  width?: number;
}

/** Logs into `<directory>/<service>.log` (mode 0600; the former file is kept as `.1` beyond 20 MB) and to `write` (stdout). */
export function openLogBook(options: LogBookOptions): LogBook {
  const { directory, write = toTerminal, width = 18 } = options;
  const colour = options.colour ?? (process.stdout.isTTY && !process.env['NO_COLOR']);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  let opened = 0;
  const prefix = (name: string, code: number) =>
    colour ? `\x1b[${code}m${name.padEnd(width)}\x1b[0m | ` : `${name.padEnd(width)} | `;
  return {
    say(text) {
      for (const line of text.split('\n')) write(`${prefix('homing', 1)}${line}\n`);
      appendFileSync(join(directory, 'launcher.log'), `${new Date().toISOString()} ${text}\n`, { mode: 0o600 });
    },
    sinkFor(service, shown) {
      const label = prefix(service, colours[opened++ % colours.length] ?? 36);
      const file = openRotated(join(directory, `${service}.log`));
      const last: string[] = [];
      let open = true;
      return {
        line(text) {
          if (!open) return;
          last.push(text);
          if (last.length > remembered) last.shift();
          writeSync(file, `${text}\n`);
          if (shown?.test(text) ?? true) write(`${label}${text}\n`);
        },
        tail: (lines) => last.slice(-lines),
        close() {
          if (open) closeSync(file);
          open = false;
        },
      };
    },
  };
}

function openRotated(path: string): number {
  const { size } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0 };
  if (size > rotateAt) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}
