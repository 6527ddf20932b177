import { isPortTaken } from '@homing/embedded-stores';

/** Ports one stack needs above its base. */
const WIDTH = 40;
const [LOWEST, HIGHEST] = [11_000, 31_000];

/** A base whose ports are all free at this moment; another process may be faster: be ready to try another. */
export async function freePortBase(): Promise<number> {
  for (;;) {
    const base = LOWEST + WIDTH * Math.floor((Math.random() * (HIGHEST - LOWEST)) / WIDTH);
    const taken = await Promise.all(Array.from({ length: WIDTH }, (_, offset) => isPortTaken(base + offset)));
    if (!taken.includes(true)) return base;
  }
}
