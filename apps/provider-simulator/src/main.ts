import { createPrivateKey } from 'node:crypto';
import { serviceBasics, toSafeError, type Env } from '@homing/service-kit';
import { giveBackIdleMemory } from '@homing/service-kit/memory';
import { startSimulator } from './simulator.js';

const { env, http, logger } = serviceBasics('provider-simulator');
const home = env.string('OUTREACH_HOME', { default: '.local' });
const seed = env.string('SIMULATOR_SEED', { default: 'homing' });
const webhookUrl = env.url(env.has('SIMULATOR_WEBHOOK_URL') ? 'SIMULATOR_WEBHOOK_URL' : 'WEBHOOK_URL', { default: '' });
checkSigningKey(env, 'SIMULATOR_SENDGRID_PRIVATE_KEY');
const retryMs = env
  .list('SIMULATOR_RETRY_MS', { default: ['200', '500', '1000', '2000', '5000', '10000'] })
  .map(Number);
if (!retryMs.every((ms) => Number.isInteger(ms) && ms > 0))
  env.fault('SIMULATOR_RETRY_MS', 'must be milliseconds from 1');

if (env.string('NODE_ENV', { default: '' }) === 'production') env.fault('NODE_ENV', 'must not be production here');

/** PKCS 8, as PEM or as the base64 of its DER. */
function checkSigningKey(from: Env, name: string): void {
  const text = from.optionalSecret(name)?.reveal();
  if (text === undefined) return;
  try {
    if (text.includes('-----BEGIN')) createPrivateKey(text);
    else createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' });
  } catch {
    from.fault(name, 'must be a PKCS 8 private key, as PEM or base64 DER');
  }
}

try {
  env.check();
  const simulator = await startSimulator({
    ...http,
    home,
    seed,
    retryMs,
    ...(webhookUrl ? { webhookUrl } : {}),
    secrets: process.env,
    report: (problem) => logger.warn({ problem }, 'trouble'),
  });
  logger.info({ url: simulator.url, pid: process.pid }, 'listening');
  giveBackIdleMemory();
  const stop = () => void simulator.stop().finally(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  logger.fatal({ err: toSafeError(error) }, 'giving up');
  process.exitCode = 1;
}
