/** What a subscription does when its caller does not say. */
export const subscriptionDefaults = {
  maxBatch: 500,
  lingerMs: 2,
  backoff: { baseMs: 50, maxMs: 5_000 },
} as const;
