import type { ApiClient } from './api.client.js';
import type { FeedJournal } from './feed.journal.js';
import type { RequestLine } from './request.lines.js';
import type { RequestPublisher } from './request.publisher.js';

/** A run under way. */
export interface Running {
  readonly lines: readonly RequestLine[];
  readonly publisher: RequestPublisher;
  readonly journal: FeedJournal;
  readonly api: ApiClient;
  /** Dead letters since the run began. */
  readonly deadLetters: () => Promise<number>;
}

/** The outreach that the decisions told so far belong to. */
export const outreachOf = ({ publisher }: Pick<Running, 'publisher'>): Set<string> =>
  new Set([...publisher.answers.values()].map(({ outreachId }) => outreachId));
