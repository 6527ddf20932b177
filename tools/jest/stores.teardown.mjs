// The last project of the run stops what stores.setup.mjs started.
export default async function teardown() {
  const run = globalThis[Symbol.for('homing.test.stores')];
  if (!run || --run.users > 0) return;
  await run.stop?.();
  Object.assign(run, { users: 0, started: undefined, stop: undefined });
}
