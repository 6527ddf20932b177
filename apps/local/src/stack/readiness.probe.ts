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

/** True when 127.0.0.1:port accepts a connection. */
export const accepts = (port: number): Promise<boolean> => acceptsConnections(port);
