import { faultCodes, type FaultCode } from '@homing/doctor';

export const USAGE = `doctor [--environment] [--json] | --list | --explain CODE
  --environment  looks at the installation whose addresses the environment holds, instead of the home (docs/doctor.md)
  --json         tells it to programs
  --list         names every fault it knows
  --explain      tells of one`;

export type DoctorFlags =
  | { readonly kind: 'examine'; readonly environment: boolean; readonly json: boolean }
  | { readonly kind: 'list' }
  | { readonly kind: 'explain'; readonly code: FaultCode }
  | { readonly kind: 'faulty'; readonly why: string };

export function readFlags(args: readonly string[]): DoctorFlags {
  const [first, second, ...more] = args;
  if (first === '--list' && args.length === 1) return { kind: 'list' };
  if (first === '--explain' && second !== undefined && more.length === 0) {
    const code = faultCodes.find((each) => each === second.toUpperCase());
    return code ? { kind: 'explain', code } : { kind: 'faulty', why: `there is no fault ${second}; --list names them` };
  }
  const unknown = args.filter((arg) => arg !== '--json' && arg !== '--environment');
  if (unknown.length > 0) return { kind: 'faulty', why: `unknown argument ${unknown.join(', ')}\n${USAGE}` };
  return { kind: 'examine', environment: args.includes('--environment'), json: args.includes('--json') };
}
