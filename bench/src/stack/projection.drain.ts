import { connectEventStore } from '@homing/event-store';
import { PROJECTION } from '@homing/read-model';
import { until, type LocalStack } from '@homing/testing/local-stack';
import { withClient } from './store.access.js';

/** Resolves when the projector has nothing left to read. */
export async function projected(stack: LocalStack): Promise<void> {
  const store = connectEventStore({ url: stack.env['EVENTSTORE_URL'] ?? '' });
  try {
    await withClient(stack.env['DATABASE_URL'] ?? '', (client) =>
      until(
        async () => {
          const { rows } = await client.query<{ position: string }>(
            'select position::text as position from read_model.checkpoint where name = $1',
            [PROJECTION],
          );
          return !(await store.hasEventsAfter(BigInt(rows[0]?.position ?? '0')));
        },
        'the projector to have read everything',
        5 * 60_000,
      ),
    );
  } finally {
    await store.dispose();
  }
}
