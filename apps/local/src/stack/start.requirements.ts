import { existsSync } from 'node:fs';
import { isPortTaken } from '@homing/embedded-stores';
import type { StackNode } from './stack.nodes.js';

/** @throws Error naming every port of the stack somebody listens on, and the way out. */
export async function requireFreePorts(nodes: readonly StackNode[], portBase: number): Promise<void> {
  const services = nodes.filter((node) => node.kind === 'service');
  const taken = await Promise.all(services.map(({ port }) => isPortTaken(port)));
  const inUse = services.filter((_, index) => taken[index]).map(({ port, name }) => `${port} (${name})`);
  if (inUse.length === 0) return;
  throw new Error(
    `in use by another program: port ${inUse.join(', port ')}\n  next: stop what listens there, or move every port: PORT_BASE=${portBase + 1_000} npm start`,
  );
}

/** @throws Error naming every program that was not built. */
export function requirePrograms(nodes: readonly StackNode[]): void {
  const programs = nodes.flatMap((node) => (node.kind === 'service' && node.program ? [node.program] : []));
  const missing = programs.filter((program) => !existsSync(program));
  if (missing.length > 0) throw new Error(`not built: ${missing.join(', ')}\n  next: npm run build`);
}
