import { type CanActivate, type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../problem/problem.error.js';
import { callerOf, type Scope } from './caller.js';

const SCOPE = 'homing.scope';

/** What a key must be allowed to use this route. */
export const NeedsScope = (scope: Scope): CustomDecorator => SetMetadata(SCOPE, scope);

/** A route that forgot to say what it needs is closed to everyone. */
export class ScopeGuard implements CanActivate {
  readonly #reflector = new Reflector();

  canActivate(context: ExecutionContext): boolean {
    const scope = this.#reflector.get<Scope | undefined>(SCOPE, context.getHandler());
    const { scopes } = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
    if (scope !== undefined && scopes.includes(scope)) return true;
    throw new ProblemError('missing_scope', {
      detail: `this needs a key with the scope ${scope ?? '(none can use it)'}`,
    });
  }
}
