import type { FastifyRequest } from 'fastify';

/** Who asks: what the API key said. */
export interface Caller {
  readonly keyId: string;
  readonly tenantId: string;
  readonly scopes: readonly string[];
}

/** Who did it, as events and the audit trail name it: the key, never a person. */
export const actorOf = ({ keyId }: Pick<Caller, 'keyId'>): string => `key:${keyId}`;

export const SCOPES = [
  'outreach:write',
  'outreach:read',
  'events:read',
  'unknown-outcomes:settle',
  'assisted-tasks:read',
  /** Be shown what is to be sent by hand, in clear (personal data), and say what became of it. */
  'assisted-tasks:work',
  'campaigns:read',
  'campaigns:write',
  'policies:read',
  'policies:write',
  'suppressions:read',
  'suppressions:write',
  'consents:read',
  'consents:write',
  'conversions:write',
  'webhook-accounts:read',
  'webhook-accounts:write',
  'dead-letters:read',
  'dead-letters:write',
  /** What they say, in clear: personal data. */
  'dead-letters:read-content',
  'inbound:read',
  /** What people wrote, in clear: personal data. */
  'inbound:read-content',
  /** Also what belongs to no tenant; given by the owner of the installation alone. */
  'installation:operate',
] as const;
export type Scope = (typeof SCOPES)[number];

const callers = new WeakMap<FastifyRequest, Caller>();

export const rememberCaller = (request: FastifyRequest, caller: Caller): void => void callers.set(request, caller);

/** @throws Error when the route is not behind authentication: a fault of ours, never of the caller. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (!caller) throw new Error('no caller: this route is not under /api/v1');
  return caller;
}
