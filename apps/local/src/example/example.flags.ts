import { parseArgs } from 'node:util';

export interface ExampleFlags {
  /** Part of every request's id: the same name again means the same requests. */
  run: string;
  /** Lines to publish; beyond the file's end it begins anew with new ids. Absent: the file once. */
  count?: number;
  /** Most requests published a second; absent: as fast as the bus takes them. */
  rate?: number;
  wait: boolean;
  json: boolean;
}

export const usage = 'example [--run <name>] [--count <n>] [--rate <n a second>] [--no-wait] [--json]';

/** @throws Error naming what it cannot use. */
export function parseExampleFlags(args: string[]): ExampleFlags {
  const { run = 'first', count, rate, ...switches } = read(args);
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(run)) throw unusable('--run', 'a word of small letters, digits and -');
  return {
    run,
    ...(count === undefined ? {} : { count: whole('--count', count, 1_000_000) }),
    ...(rate === undefined ? {} : { rate: whole('--rate', rate, 100_000) }),
    wait: !switches['no-wait'],
    json: switches.json ?? false,
  };
}

function read(args: string[]) {
  try {
    const options = {
      run: { type: 'string' },
      count: { type: 'string' },
      rate: { type: 'string' },
      'no-wait': { type: 'boolean' },
      json: { type: 'boolean' },
    } as const;
    return parseArgs({ args, options, allowPositionals: false }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message}\n  next: ${usage}`, { cause: error });
  }
}

function whole(flag: string, text: string, largest: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= largest) return value;
  throw unusable(flag, `a whole number from 1 to ${largest}`);
}

const unusable = (flag: string, wanted: string) => new Error(`${flag} must be ${wanted}\n  next: ${usage}`);
