import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '@homing/embedded-stores';
import { until, type LocalStack } from '@homing/testing/local-stack';

const main = fileURLToPath(new URL('../apps/channel-gateway/dist/main.js', import.meta.url));

/** One more gateway beside the launcher's own, with its very environment. Resolves when it is ready, with the way to stop it. */
export async function startSecondGateway(stack: LocalStack): Promise<() => Promise<void>> {
  const port = await freePort();
  const env = { ...stack.environmentOf('channel-gateway'), PORT: String(port) };
  const second = spawn(process.execPath, [main], { env, stdio: 'ignore' });
  await until(async () => (await stack.ready(port - stack.portBase)) === 200, 'the second gateway');
  return async () => {
    const gone = once(second, 'exit');
    second.kill('SIGTERM');
    await gone;
  };
}
