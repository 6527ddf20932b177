import { withClient } from '../stack/store.access.js';

/** From the instant intake sealed a request to the store's commit (its beginning) of its decision, for decisions since. Milliseconds. */
export const decisionTimes = (url: string, since: Date): Promise<number[]> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ ms: number }>(
      `select (extract(epoch from recorded_at - (event_data->>'acceptedAt')::timestamptz) * 1000)::float8 as ms
        from read_model.outreach_events where transition = 'requested' and recorded_at >= $1`,
      [since],
    );
    return rows.map(({ ms }) => ms);
  });
