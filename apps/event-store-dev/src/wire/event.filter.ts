import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { invalidArgument } from './call.error.js';

/** Selects events of $all, and says how often a subscriber hears how far the search has come. */
export interface EventFilter {
  matches(event: { readonly stream: string; readonly type: string }): boolean;
  /** A checkpoint is sent after so many considered (not matched) events. */
  readonly checkpointEvery: number;
}

const DEFAULT_WINDOW = 32;

/** @throws CallError for a filter that cannot be used. */
export function readFilter(options: ReadReq.Options.FilterOptions | undefined): EventFilter | undefined {
  if (!options) return undefined;
  const expression = options.getEventType() ?? options.getStreamIdentifier();
  if (!expression) throw invalidArgument('a filter needs a regular expression or prefixes');
  const byType = options.hasEventType();
  const window = options.hasMax() ? options.getMax() : DEFAULT_WINDOW;
  const accepts = matcher(expression.getRegex(), expression.getPrefixList());
  return {
    matches: (event) => accepts(byType ? event.type : event.stream),
    checkpointEvery: Math.max(1, options.getCheckpointintervalmultiplier()) * Math.max(1, window),
  };
}

function matcher(regex: string, prefixes: readonly string[]): (text: string) => boolean {
  if (prefixes.length > 0) return (text) => prefixes.some((prefix) => text.startsWith(prefix));
  try {
    const expression = new RegExp(regex);
    return (text) => expression.test(text);
  } catch {
    throw invalidArgument('the filter is no regular expression that this server understands');
  }
}
