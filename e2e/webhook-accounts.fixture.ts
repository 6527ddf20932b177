import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ApiClient, until, type LocalStack } from '@homing/testing/local-stack';

const workspace = fileURLToPath(new URL('..', import.meta.url));

/** Another tenant of the same installation, made as an operator makes one (`provision tenant`), and its API. */
export async function secondTenant(stack: LocalStack, name: string): Promise<ApiClient> {
  const owner = new URL(stack.environmentOf('orchestrator')['VAULT_DATABASE_URL'] ?? '');
  [owner.username, owner.password] = ['vault_owner', stack.databasePassword('vault_owner')];
  const args = ['apps/provision/dist/main.js', 'tenant', '--name', name, '--email', `hello@${name}.test`];
  const { PATH = '' } = process.env;
  const env = { PATH, NODE_ENV: 'test', LOG_LEVEL: 'silent', VAULT_OWNER_DATABASE_URL: owner.href };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: workspace, env });
  const { apiKey } = JSON.parse(stdout) as { apiKey: string };
  return new ApiClient(stack.env['API_URL'] ?? '', apiKey);
}

/** `account` as `<provider>/<name>`. */
export const keepAccount = (api: ApiClient, account: string, keys: readonly object[]) =>
  api.call(`/api/v1/webhook-accounts/${account}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ keys }),
  });

export const secretOf = (name: string): string => `a-signing-secret-of-${name}`;

/** Calls as TextBee does for accounts of tenants: each time somebody writes something new. */
export class TextbeeCaller {
  #said = 0;

  constructor(private readonly stack: LocalStack) {}

  /** What it is answered, signed with the key of this name; 0: nobody listens. */
  async hear(account: string, key: string): Promise<number> {
    this.#said += 1;
    const body = JSON.stringify({
      ...{ webhookEvent: 'MESSAGE_RECEIVED', smsId: `sms-${this.#said}`, sender: '+4915112349999' },
      ...{ message: 'Are you open?', receivedAt: new Date().toISOString(), deviceId: 'device' },
      idempotencyKey: `event-${this.#said}`,
    });
    const signature = createHmac('sha256', secretOf(key)).update(body).digest('hex');
    const answer = await fetch(`${this.stack.env['WEBHOOK_URL']}/webhooks/textbee/${account}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-signature': signature },
      body,
    }).catch(() => undefined);
    await answer?.arrayBuffer();
    return answer?.status ?? 0;
  }

  /** Once it is answered so; what it was answered until then. */
  async heardAs(status: number, account: string, key: string): Promise<number[]> {
    const answers: number[] = [];
    await until(
      async () => answers.push(await this.hear(account, key)) > 0 && answers.at(-1) === status,
      () => `${account} signed by ${key} to be answered ${status}, not ${answers.at(-1)}`,
      60_000,
    );
    return answers;
  }
}
