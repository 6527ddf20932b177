/** A JSON answer of the API, problem details included. */
export interface ApiAnswer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface SendOptions {
  readonly idempotencyKey?: string;
  /** Answer `accepted` without waiting for the decision. */
  readonly respondAsync?: boolean;
  /** Instead of the request as JSON: these bytes. */
  readonly raw?: string;
}

export interface Outreach {
  readonly outreachId: string;
  readonly state: string;
  readonly deliveries: readonly {
    readonly deliveryId: string;
    readonly state: string;
    readonly attempts: readonly { readonly attempt: number; readonly state: string }[];
  }[];
  readonly timeline: readonly { readonly position: string; readonly transition: string }[];
  readonly [other: string]: unknown;
}

interface Page {
  readonly items: readonly { readonly outreachId: string; readonly state: string }[];
  readonly nextCursor?: string;
}

/** The public HTTP API as a caller sees it. */
export class ApiClient {
  constructor(
    readonly url: string,
    readonly key: string,
  ) {}

  async call<T = Record<string, unknown>>(path: string, init: RequestInit = {}): Promise<ApiAnswer<T>> {
    const headers = { authorization: `Bearer ${this.key}`, ...(init.headers as Record<string, string>) };
    const response = await fetch(`${this.url}${path}`, { ...init, headers, signal: AbortSignal.timeout(60_000) });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : {}) as T };
  }

  get<T = Record<string, unknown>>(path: string): Promise<ApiAnswer<T>> {
    return this.call<T>(`/api/v1${path}`);
  }

  send<T = Record<string, unknown>>(request: unknown, options: SendOptions = {}): Promise<ApiAnswer<T>> {
    const headers = {
      'content-type': 'application/json',
      ...(options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }),
      ...(options.respondAsync ? { prefer: 'respond-async' } : {}),
    };
    const body = options.raw ?? JSON.stringify(request);
    return this.call<T>('/api/v1/outreach/send', { method: 'POST', headers, body });
  }

  post<T = Record<string, unknown>>(path: string, body: unknown = {}): Promise<ApiAnswer<T>> {
    const headers = { 'content-type': 'application/json' };
    return this.call<T>(`/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async outreach(id: string): Promise<Outreach | undefined> {
    const { status, body } = await this.get<Outreach>(`/outreach/${id}`);
    return status === 200 ? body : undefined;
  }

  /** State by outreach id, of everything this key may see. */
  async states(): Promise<Map<string, string>> {
    const states = new Map<string, string>();
    for (let cursor: string | undefined; ;) {
      const at = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { status, body } = await this.get<Page>(`/outreach?limit=500${at}`);
      if (status !== 200) throw new Error(`GET /outreach answered ${status}`);
      for (const { outreachId, state } of body.items) states.set(outreachId, state);
      cursor = body.nextCursor;
      if (cursor === undefined) return states;
    }
  }

  /** Outreach ids that stand in the list of unknown outcomes. */
  async unknownOutcomes(): Promise<string[]> {
    const { body } = await this.get<Page>('/unknown-outcomes?limit=500');
    return body.items.map(({ outreachId }) => outreachId);
  }

  /** Events of the live feed, as they come; a client that goes on from `lastEventId`. Ends when the caller stops taking. */
  async *events(lastEventId?: string): AsyncGenerator<{ id: string; data: Record<string, unknown> }> {
    const gone = new AbortController();
    const headers = {
      authorization: `Bearer ${this.key}`,
      accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    };
    try {
      const response = await fetch(`${this.url}/api/v1/events`, { headers, signal: gone.signal });
      if (response.status !== 200 || !response.body) throw new Error(`GET /events answered ${response.status}`);
      yield* readMessages(response.body.pipeThrough(new TextDecoderStream()));
    } finally {
      gone.abort();
    }
  }
}

async function* readMessages(
  text: ReadableStream<string>,
): AsyncGenerator<{ id: string; data: Record<string, unknown> }> {
  let unread = '';
  for await (const chunk of text) {
    unread += chunk;
    const messages = unread.split('\n\n');
    unread = messages.pop() ?? '';
    for (const message of messages) {
      const fields = new Map(message.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
      const [id, data] = [fields.get('id'), fields.get('data')];
      if (id !== undefined && data !== undefined) yield { id, data: JSON.parse(data) as Record<string, unknown> };
    }
  }
}
