import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const workspace = fileURLToPath(new URL('..', import.meta.url));

export interface Told {
  readonly code: number | null;
  readonly output: string;
  readonly report: {
    readonly results: readonly {
      readonly subject: string;
      readonly status: string;
      readonly findings: readonly { readonly code: string; readonly detail: string }[];
    }[];
  };
}

/** Runs `doctor --json` as a person does, for the stack of this home. */
export async function askDoctor(home: string): Promise<Told> {
  const { PATH = '' } = process.env;
  const env = { PATH, OUTREACH_HOME: home, NODE_ENV: 'test' };
  const child = spawn(process.execPath, ['apps/local/dist/main.js', 'doctor', '--json'], {
    ...{ cwd: workspace, env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text) => (output += String(text)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output, report: JSON.parse(output) as Told['report'] };
}

/** What it found, as `subject CODE`; whether this very checkout was installed by its script is another matter. */
export const codesOf = ({ report }: Told): string[] =>
  report.results.flatMap(({ subject, findings }) => findings.map(({ code }) => `${subject} ${code}`));
