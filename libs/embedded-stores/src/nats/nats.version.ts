import { spawnSync } from 'node:child_process';

/** [major, minor, patch] */
export type Version = readonly [number, number, number];

/** The oldest server whose JetStream does what messaging needs. */
export const oldestNats: Version = [2, 9, 0];
/** From here on an acknowledged message is on the disk itself (`sync_interval: always`); older ones are kill-safe only. */
export const syncAlwaysSince: Version = [2, 10, 0];

export const parseVersion = (text: string): Version | undefined => {
  const found = /v?(\d+)\.(\d+)\.(\d+)/.exec(text);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : undefined;
};

export const isAtLeast = (have: Version, need: Version): boolean =>
  have[0] !== need[0] ? have[0] > need[0] : have[1] !== need[1] ? have[1] > need[1] : have[2] >= need[2];

/** Asks the program itself; undefined when it cannot be run or is no nats-server. */
export function natsVersion(binary: string): Version | undefined {
  const { status, stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return status === 0 && stdout.includes('nats-server') ? parseVersion(stdout) : undefined;
}
