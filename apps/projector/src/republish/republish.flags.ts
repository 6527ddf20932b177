import { parseArgs } from 'node:util';
import { UsageError } from '../operate/command.context.js';

export const REPUBLISH_USAGE = `republish (--from POSITION | --since INSTANT) [--to POSITION] [--tenant ID] [--rate N] [--run NAME] [--dry-run] [--json]
  --from     first position, included; 0: from the beginning
  --since    instead: what was recorded at or after this instant (ISO 8601, UTC)
  --to       last position, included; default: what the projector has published by now
  --tenant   only of this tenant
  --rate     most events a second
  --run      names the run (letters, digits, - and _); give it again to go on with an interrupted run
  --dry-run  count, publish nothing`;

export interface RepublishFlags {
  readonly from: bigint | undefined;
  readonly since: string | undefined;
  readonly to: bigint | undefined;
  readonly tenantId: string | undefined;
  readonly perSecond: number | undefined;
  readonly run: string | undefined;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** @throws UsageError naming the flag */
export function parseRepublishFlags(args: readonly string[]): RepublishFlags {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean', default: false } as const;
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...{ from: text, since: text, to: text, tenant: text, rate: text, run: text },
        'dry-run': flag,
        json: flag,
      },
    });
    if ((values.from === undefined) === (values.since === undefined)) throw new Error('give either --from or --since');
    return {
      from: matching('from', values.from, /^\d{1,19}$/, BigInt),
      since: matching('since', values.since, /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/, instantOf),
      to: matching('to', values.to, /^\d{1,19}$/, BigInt),
      tenantId: matching('tenant', values.tenant, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, String),
      perSecond: matching('rate', values.rate, /^[1-9]\d{0,5}$/, Number),
      run: matching('run', values.run, /^[\w-]{1,60}$/, String),
      dryRun: values['dry-run'],
      json: values.json,
    };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${REPUBLISH_USAGE}`);
  }
}

function matching<T>(name: string, value: string | undefined, form: RegExp, read: (text: string) => T): T | undefined {
  if (value === undefined) return undefined;
  if (!form.test(value)) throw new Error(`--${name} is not understood`);
  return read(value);
}

function instantOf(text: string): string {
  const at = new Date(text.includes('T') ? text : `${text}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) throw new Error('--since is no instant');
  return at.toISOString();
}
