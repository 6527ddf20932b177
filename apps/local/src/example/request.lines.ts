import { readOutreachRequest } from '@homing/contracts';

/** One line of the file, made ready for one run. */
export interface RequestLine {
  /** From 1. */
  readonly line: number;
  /** Unique to the run, and the same for every repeat of the line. */
  readonly requestId: string;
  /** `data` of `outreach.requested`. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The first field the contract refuses; such a line ends as a dead letter. */
  readonly fault?: string;
}

export interface LinesWish {
  readonly run: string;
  readonly tenantId: string;
  /** Default: every line once. */
  readonly count?: number | undefined;
}

/** @throws Error naming a line that is no JSON object. */
export function readRequestLines(text: string, { run, tenantId, count }: LinesWish): RequestLine[] {
  const stored = text.split('\n').filter((line) => line.trim() !== '');
  const wanted = stored.length === 0 ? 0 : (count ?? stored.length);
  return Array.from({ length: wanted }, (_, index) => {
    const pass = Math.floor(index / stored.length);
    const { requestId, ...request } = parsed(stored[index % stored.length] ?? '', index + 1);
    const data = { tenantId, ...request };
    const id = [run, requestId, ...(pass > 0 ? [`pass-${pass + 1}`] : [])].join('-');
    const fault = firstFault(data);
    return { line: index + 1, requestId: id, data, ...(fault === undefined ? {} : { fault }) };
  });
}

function firstFault(data: unknown): string | undefined {
  const reading = readOutreachRequest(data, { unknownFields: 'report' });
  return reading.kind === 'invalid' ? (reading.faults[0]?.field ?? 'data') : undefined;
}

function parsed(text: string, line: number): Record<string, unknown> {
  try {
    const request: unknown = JSON.parse(text);
    if (typeof request === 'object' && request !== null && !Array.isArray(request)) return { ...request };
  } catch {
    // told below
  }
  throw new Error(`line ${line} of the requests is no JSON object`);
}
