import { acceptsConnections } from '@homing/embedded-stores';

/** True when `url` answers 200 within 2 s. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

const CATCHING_UP = /catching up at (\d+)/;

/**
 * How far a service that is not ready yet has come: the position its readiness names ("catching up at 42"). Undefined when it
 * names none or does not answer within 2 s.
 */
export async function caughtUpTo(service: { readonly url: string }): Promise<bigint | undefined> {
  if (!service.url.startsWith('http')) return undefined;
  try {
    const response = await fetch(new URL('/health/ready', service.url), { signal: AbortSignal.timeout(2_000) });
    const position = CATCHING_UP.exec(await response.text())?.[1];
    return position === undefined ? undefined : BigInt(position);
  } catch {
    return undefined;
  }
}

/** True when 127.0.0.1:port accepts a connection. */
export const accepts = (port: number): Promise<boolean> => acceptsConnections(port);
