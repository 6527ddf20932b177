/** Names of the streams in the event store (DESIGN section 3). Arguments are ids of ours, never a caller's. */
export const outreachStream = (outreachId: string): string => `outreach-${outreachId}`;
export const personStream = (personId: string): string => `person-${personId}`;
export const contactStream = (fingerprint: string): string => `contact-${fingerprint}`;

/** The outreach id of a stream name, or undefined for any other stream. */
export const outreachIdOfStream = (stream: string): string | undefined =>
  stream.startsWith('outreach-') ? stream.slice('outreach-'.length) : undefined;
