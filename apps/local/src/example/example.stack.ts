import { join, resolve } from 'node:path';
import { readEnvironment } from '../home/home.environment.js';

/** The public addresses of a running stack, as its `env` file names them. */
export interface ExampleStack {
  apiUrl: string;
  apiKey: string;
  tenantId: string;
  natsUrl: string;
  simulatorUrl: string;
}

/**
 * Reads `$OUTREACH_HOME/env` and makes sure that somebody answers there.
 * @throws Error with the next step when no stack runs.
 */
export async function findStack(workspace: string, outreachHome: string | undefined): Promise<ExampleStack> {
  const file = join(resolve(workspace, outreachHome || '.local'), 'env');
  const found = readEnvironment(file);
  const of = (name: string): string => {
    const value = found[name];
    if (value) return value;
    throw new Error(`${file} does not name ${name}: no stack was started in this home\n  next: npm start`);
  };
  const stack = {
    apiUrl: of('API_URL'),
    apiKey: of('API_KEY'),
    tenantId: of('TENANT_ID'),
    natsUrl: of('NATS_URL'),
    simulatorUrl: of('SIMULATOR_URL'),
  };
  await mustAnswer(stack.apiUrl);
  await mustAnswer(stack.simulatorUrl);
  return stack;
}

async function mustAnswer(url: string): Promise<void> {
  const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  if (answer?.ok) return;
  const what = answer ? `${url} is not ready (${answer.status})` : `nothing answers at ${url}`;
  throw new Error(`${what}\n  next: npm start, in another terminal, and wait for its line "ready"`);
}
