import type {
  AssistedTaskPage,
  Cancellation,
  OpenedTask,
  OutreachPage,
  Problem,
  Settlement,
  ShownOutreach,
  TaskResult,
  TaskWord,
  UnknownOutcome,
  UnknownOutcomePage,
} from './api.types.js';

/** What can be shown to a person when the API did not give what was asked for. */
export class ApiError extends Error {
  constructor(
    /** 0: the API could not be reached. */
    readonly status: number,
    message: string,
    /** The last word of the problem's type (`claimed`); absent where no problem was answered. */
    readonly code?: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export interface ListWish {
  readonly state?: string | undefined;
  readonly cursor?: string | undefined;
}

export interface TaskWish {
  readonly state?: string | undefined;
  readonly channel?: string | undefined;
  readonly cursor?: string | undefined;
}

/** Somebody's word about a task. The same word is repeated under the same key: it stands once. */
export interface TaskSaying {
  readonly worker: string;
  readonly word: TaskWord;
  readonly key: string;
}

export interface ApiClient {
  list(wish: ListWish, signal?: AbortSignal): Promise<OutreachPage>;
  find(outreachId: string, signal?: AbortSignal): Promise<ShownOutreach>;
  /** Longest open first. */
  unknownOutcomes(cursor?: string, signal?: AbortSignal): Promise<UnknownOutcomePage>;
  settle(of: Pick<UnknownOutcome, 'deliveryId' | 'attempt'>, settlement: Settlement): Promise<void>;
  /** Longest waiting first. */
  tasks(wish: TaskWish, signal?: AbortSignal): Promise<AssistedTaskPage>;
  /** With the text, to whoever has the task in hand then. @throws ApiError `claimed`, `withdrawn`, `campaign_paused` */
  openTask(id: string, worker: string): Promise<OpenedTask>;
  finishTask(id: string, saying: TaskSaying): Promise<TaskResult>;
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
    const { sentence, code } = await problemOf(answer);
    throw new ApiError(answer.status, sentence, code);
  };
  const read = async <T>(path: string, signal?: AbortSignal): Promise<T> =>
    (await (await ask(path, signal ? { signal } : {})).json()) as T;
  const tell = async <T>(path: string, body: object, more: Record<string, string> = {}): Promise<T> => {
    const headers = { 'content-type': 'application/json', ...more };
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
    tasks({ state, channel, cursor }, signal) {
      const query = new URLSearchParams({
        limit: pageSize,
        ...(state ? { state } : {}),
        ...(channel ? { channel } : {}),
        ...(cursor ? { cursor } : {}),
      });
      return read(`/assisted-tasks?${query}`, signal);
    },
    openTask: (id, worker) => read(`/assisted-tasks/${encodeURIComponent(id)}?${new URLSearchParams({ worker })}`),
    finishTask(id, { worker, word: { outcome, note }, key }) {
      const said = { worker, ...(note === undefined ? {} : { note }) };
      const path = `/assisted-tasks/${encodeURIComponent(id)}`;
      const headers = { 'idempotency-key': key };
      return outcome === 'declined'
        ? tell(`${path}/decline`, said, headers)
        : tell(`${path}/done`, { ...said, outcome }, headers);
    },
    cancel: (outreachId) => tell(`/outreach/${encodeURIComponent(outreachId)}/cancel`, {}),
    events: (lastEventId, signal) =>
      ask('/events', { signal, headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId } }),
  };
}

async function problemOf(answer: Response): Promise<{ readonly sentence: string; readonly code?: string }> {
  try {
    const { type, title, detail, errors } = (await answer.json()) as Problem;
    const code = type.split(':').at(-1) ?? '';
    if (errors?.length) return { sentence: errors.map(({ message }) => message).join('; '), code };
    return { sentence: detail ? `${title}: ${detail}` : title, code };
  } catch {
    return { sentence: `The API answered ${answer.status}.` };
  }
}
