/**
 * What a span may say, in OpenTelemetry's names where it has one. Ids, codes and counts; a text that does not look like one
 * (see `safeAttributes`) is left out, so that no address, sentence or query string gets into a trace.
 */
export interface SpanAttributes {
  readonly 'http.request.method'?: string;
  /** The pattern, never the path: ids given by callers may stand in it. */
  readonly 'http.route'?: string;
  readonly 'http.response.status_code'?: number;
  readonly 'messaging.system'?: 'nats';
  readonly 'messaging.operation.name'?: 'publish' | 'process';
  readonly 'messaging.operation.type'?: 'send' | 'process';
  readonly 'messaging.destination.name'?: string;
  readonly 'messaging.consumer.group.name'?: string;
  readonly 'db.system.name'?: 'postgresql' | 'eventstoredb';
  readonly 'db.operation.name'?: string;
  /** Of the event store: the kind of stream, `outreach` of `outreach-<id>`. */
  readonly 'db.collection.name'?: string;
  /** Class or code of what was thrown; never its message. */
  readonly 'error.type'?: string;
  readonly 'homing.outreach.id'?: string;
  readonly 'homing.delivery.id'?: string;
  readonly 'homing.tenant.id'?: string;
  readonly 'homing.attempt'?: number;
  readonly 'homing.channel'?: string;
  readonly 'homing.provider'?: string;
  /** What it came to. */
  readonly 'homing.outcome'?: string;
  readonly 'homing.reason'?: string;
  readonly 'homing.event.type'?: string;
  readonly 'homing.event.count'?: number;
  /** 1 at first; more when the bus delivered it again. */
  readonly 'homing.delivery_count'?: number;
}

const code = /^[\w.:/*-]{1,128}$/;

/** Texts that look like ids and codes, and numbers; nothing else. */
export function safeAttributes(attributes: SpanAttributes): Record<string, string | number> {
  const safe: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(attributes) as [string, string | number | undefined][]) {
    if (typeof value === 'number' || (value !== undefined && code.test(value))) safe[name] = value;
  }
  return safe;
}
