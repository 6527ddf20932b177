import { connectEventStore } from '@homing/event-store';
import type { ServiceBasics } from '@homing/service-kit';
import { rebuildInto } from './read-model.rebuild.js';

/**
 * `node apps/projector/dist/main.js rebuild`: prints the report as a log line. Exit code 0 when the rebuilt rows equal the live
 * ones, 2 when they differ; the schema `REBUILD_SCHEMA` (default `read_model_rebuilt`) stays for inspection.
 */
export async function runRebuild({ env, logger }: ServiceBasics): Promise<number> {
  const storeUrl = env.secret('EVENTSTORE_URL', { protocols: ['esdb', 'esdb+discover'] });
  const ownerUrl = env.secret('READ_OWNER_DATABASE_URL', { protocols: ['postgres', 'postgresql'] });
  const systemUrl = env.secret('READ_DATABASE_URL', { protocols: ['postgres', 'postgresql'] });
  const schema = env.string('REBUILD_SCHEMA', { default: 'read_model_rebuilt', pattern: /^[a-z_][a-z0-9_]{0,40}$/ });
  env.check();
  const store = connectEventStore({ url: storeUrl.reveal() });
  try {
    const { position, differences } = await rebuildInto({
      store,
      ownerUrl: ownerUrl.reveal(),
      systemUrl: systemUrl.reveal(),
      schema,
    });
    logger.info({ position, differences, schema }, differences.length === 0 ? 'rebuilt: equal' : 'rebuilt: different');
    return differences.length === 0 ? 0 : 2;
  } finally {
    await store.dispose();
  }
}
