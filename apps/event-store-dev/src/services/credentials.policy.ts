import { createHash, timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import { accessDenied, notAuthenticated } from '../wire/call.error.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Who may call. Without users everybody may. With users a call needs `authorization: Basic` of one of them: without it
 * access is denied, with a wrong one the caller is not authenticated.
 */
export function credentialsPolicy(users: ReadonlyMap<string, string>): (metadata: Metadata) => void {
  if (users.size === 0) return () => {};
  const known = [...users].map(([name, password]) => digest(`${name}:${password}`));
  return (metadata) => {
    const [header] = metadata.get('authorization');
    if (typeof header !== 'string') throw accessDenied();
    const given = digest(Buffer.from(header.replace(/^Basic /i, ''), 'base64').toString('utf8'));
    let found = false;
    for (const one of known) found = timingSafeEqual(one, given) || found;
    if (!found) throw notAuthenticated();
  };
}
