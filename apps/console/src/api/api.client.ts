import type {
  Cancellation,
  OutreachPage,
  Problem,
  Settlement,
  ShownOutreach,
  UnknownOutcome,
  UnknownOutcomePage,
} from './api.types.js';

/** What can be shown to a person when the API did not give what was asked for. */
export class ApiError extends Error {
  constructor(
    /** 0: the API could not be reached. */
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export interface ListWish {
  readonly state?: string | undefined;
  readonly cursor?: string | undefined;
}

export interface ApiClient {
  list(wish: ListWish, signal?: AbortSignal): Promise<OutreachPage>;
  find(outreachId: string, signal?: AbortSignal): Promise<ShownOutreach>;
  /** Longest open first. */
  unknownOutcomes(cursor?: string, signal?: AbortSignal): Promise<UnknownOutcomePage>;
  settle(of: Pick<UnknownOutcome, 'deliveryId' | 'attempt'>, settlement: Settlement): Promise<void>;
  cancel(outreachId: string): Promise<Cancellation>;
  /** The event stream, to be read by whoever asked. */
  events(lastEventId: string | undefined, signal: AbortSignal): Promise<Response>;
}

const pageSize = '50';

/** The key goes along as a header only: never in an address. */
export function createApiClient(key: string): ApiClient {
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { authorization: `Bearer ${key}`, ...(init.headers as Record<string, string>) };
    const answer = await fetch(`/api/v1${path}`, { ...init, headers, cache: 'no-store' }).catch((error: unknown) => {
      if (init.signal?.aborted) throw error;
      throw new ApiError(0, 'The API cannot be reached.');
    });
    if (answer.ok) return answer;
    throw new ApiError(answer.status, await sentenceOf(answer));
  };
  const read = async <T>(path: string, signal?: AbortSignal): Promise<T> =>
    (await (await ask(path, signal ? { signal } : {})).json()) as T;
  const tell = async <T>(path: string, body: object): Promise<T> => {
    const headers = { 'content-type': 'application/json' };
    return (await (await ask(path, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as T;
  };
  return {
    list({ state, cursor }, signal) {
      const query = new URLSearchParams({
        limit: pageSize,
        ...(state ? { state } : {}),
        ...(cursor ? { cursor } : {}),
      });
      return read(`/outreach?${query}`, signal);
    },
    find: (outreachId, signal) => read(`/outreach/${encodeURIComponent(outreachId)}`, signal),
    unknownOutcomes(cursor, signal) {
      const query = new URLSearchParams({ limit: pageSize, ...(cursor ? { cursor } : {}) });
      return read(`/unknown-outcomes?${query}`, signal);
    },
    settle: ({ deliveryId, attempt }, settlement) =>
      tell(`/unknown-outcomes/${encodeURIComponent(deliveryId)}/${attempt}/settle`, settlement),
    cancel: (outreachId) => tell(`/outreach/${encodeURIComponent(outreachId)}/cancel`, {}),
    events: (lastEventId, signal) =>
      ask('/events', { signal, headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId } }),
  };
}

async function sentenceOf(answer: Response): Promise<string> {
  try {
    const { title, detail, errors } = (await answer.json()) as Problem;
    if (errors?.length) return errors.map(({ message }) => message).join('; ');
    return detail ? `${title}: ${detail}` : title;
  } catch {
    return `The API answered ${answer.status}.`;
  }
}
