import { inSpan, isTracing } from '../telemetry/tracing.facade.js';

/** Inside a span, one of its own for each statement: which kind it is, never its text or values. */
export function queryTraced<R>(sql: string, query: () => Promise<R>): Promise<R> {
  if (!isTracing()) return query();
  const operation = /^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? 'QUERY';
  const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': operation } as const;
  return inSpan(operation, { kind: 'client', onlyInTrace: true, attributes }, query);
}
