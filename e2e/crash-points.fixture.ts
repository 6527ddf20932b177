import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalStack } from '@homing/testing/local-stack';

/** Points passed while requests come in, are decided and sent, with the passage at which each one kills. */
export const WHILE_SENDING: Readonly<Record<string, number>> = {
  'api.before-seal': 10,
  'api.after-seal': 20,
  'api.before-publish': 15,
  'api.after-publish': 25,
  'intake.before-seal': 30,
  'intake.after-seal': 30,
  'orchestrator.after-intake': 8,
  'orchestrator.before-commit': 6,
  'orchestrator.after-reserve': 12,
  'orchestrator.after-commit': 10,
  'orchestrator.before-dispatch': 12,
  'orchestrator.after-dispatch': 14,
  'orchestrator.before-reaction': 2,
  'orchestrator.after-reaction': 3,
  'scheduler.before-dispatch': 1,
  'scheduler.after-dispatch': 1,
  'scheduler.before-expiry': 1,
  'scheduler.after-expiry': 1,
  'scheduler.before-refeed': 1,
  'scheduler.after-refeed': 1,
  'gateway.before-claim': 20,
  'gateway.after-claim': 25,
  'gateway.before-provider-call': 30,
  'gateway.after-provider-call': 35,
  'gateway.after-outcome': 40,
  'projector.before-commit': 5,
  'projector.amid-commit': 7,
  'projector.after-commit': 8,
  'projector.after-publish': 6,
  'projector.after-checkpoint': 10,
};

/** Points passed while providers tell what became of the messages. */
export const WHILE_HEARING: Readonly<Record<string, number>> = {
  'ingestion.before-publish': 10,
  'ingestion.after-publish': 20,
  'ingestion.after-ack': 30,
  'orchestrator.before-signal-append': 5,
  'orchestrator.after-signal-append': 8,
  'orchestrator.after-contact-append': 3,
};

/** Points passed only by what `unknown-outcomes.e2e.spec.ts` asks for, and killed at there. */
export const WHEN_ASKED: Readonly<Record<string, number>> = {
  'gateway.before-lookup': 1,
  'gateway.after-lookup': 1,
  'gateway.after-lookup-recorded': 1,
  'orchestrator.before-cancel': 1,
  'orchestrator.after-cancel': 1,
  'orchestrator.before-settle-unknown': 1,
  'orchestrator.after-settle-unknown': 1,
};

/** Points passed while a call with many recipients is taken and handed over; killed at by `send-batch.e2e.spec.ts`. */
export const WHILE_BATCHING: Readonly<Record<string, number>> = {
  'api.before-batch-seal': 1,
  'api.amid-batch-seal': 2,
  'api.before-batch-accept': 1,
  'api.after-batch-accept': 1,
  'scheduler.after-batch-release': 1,
  'scheduler.after-batch-publish': 2,
  'scheduler.after-batch-record': 2,
  'scheduler.after-batch-cancel': 1,
};

/** Points around a call that many messages share; killed at by `shared-calls.e2e.spec.ts`. */
export const WHEN_TOGETHER: Readonly<Record<string, number>> = {
  'gateway.before-shared-call': 1,
  'gateway.after-shared-call': 1,
};

/** Points that are passed only after another kill has left something to mend. */
export const AFTER_ANOTHER: Readonly<Record<string, string>> = {
  'scheduler.before-expiry': 'gateway.after-claim',
  'scheduler.after-expiry': 'gateway.after-claim',
  'scheduler.before-refeed': 'orchestrator.after-intake',
  'scheduler.after-refeed': 'orchestrator.after-intake',
};

export interface CrashingStack {
  readonly stack: LocalStack;
  /** Points that have killed: each left its fsynced marker before it did. */
  fired(): string[];
  stop(): Promise<void>;
}

/** A stack that kills its own services at these points, each once. Webhooks wait until they are let go. */
export async function startCrashingStack(
  points: Readonly<Record<string, number>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<CrashingStack> {
  const directory = mkdtempSync(join(tmpdir(), 'homing-crash-'));
  const stack = await LocalStack.start({
    environment: {
      HOMING_CRASH_POINTS: Object.entries(points)
        .map(([name, passage]) => `${name}@${passage}`)
        .join(),
      HOMING_CRASH_DIR: directory,
      PROVIDER_TIMEOUT_MS: '2000',
      REFEED_AFTER_MS: '2000',
      RATE_LIMIT_PER_SECOND: '100000',
      RATE_LIMIT_BURST: '100000',
      ...environment,
    },
  });
  const stop = async (): Promise<void> => {
    rmSync(directory, { recursive: true, force: true });
    await stack.stop();
  };
  return { stack, fired: () => readdirSync(directory), stop };
}

/** Every `crashPoint('room.name')` of the source, so that none is forgotten in the lists above. */
export function pointsInSource(root: string): string[] {
  const files = ['apps', 'libs'].flatMap((part) =>
    readdirSync(join(root, part))
      .map((room) => join(root, part, room, 'src'))
      .filter((folder) => existsSync(folder))
      .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)))),
  );
  const code = files.filter((name) => name.endsWith('.ts') && !/\.(spec|fixture)\.ts$/.test(name));
  const names = code.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/crashPoint\('(\w+\.[\w-]+)'\)/g)]);
  return [...new Set(names.map(([, name]) => name ?? ''))].sort();
}
