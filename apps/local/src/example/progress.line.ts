export interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

export interface Progress {
  /** Call as often as you like: a terminal's line is rewritten, elsewhere a plain line is written every two seconds. */
  show(text: string): void;
  /** Leaves the last text standing. */
  end(): void;
}

const plainEveryMs = 2_000;

export function createProgress(output: ProgressOutput, now: () => number = () => performance.now()): Progress {
  let last = '';
  let writtenAt = -Infinity;
  const write = (text: string) => {
    output.write(output.isTTY ? `\r\u001b[2K${text}` : `${text}\n`);
    writtenAt = now();
    last = text;
  };
  let pending = '';
  return {
    show(text) {
      pending = text;
      if (text !== last && (output.isTTY || now() - writtenAt >= plainEveryMs)) write(text);
    },
    end() {
      if (pending !== last) write(pending);
      if (output.isTTY) output.write('\n');
    },
  };
}
