import { DEAD_LETTER_HEADERS, POISON_REASONS } from '@homing/contracts';

type Json = Record<string, unknown>;
type Name = keyof typeof DEAD_LETTER_HEADERS;

const text = (description: string): Json => ({ type: 'string', description });

const HEADERS: Record<Name, Json> = {
  consumer: text('who could not handle it'),
  stream: text('where the message lay; absent where it was none of JetStream’s'),
  sequence: text('and its place there'),
  subject: text('where it was published, or `webhook.<provider>`'),
  reason: {
    type: 'string',
    oneOf: Object.entries(POISON_REASONS).map(([reason, description]) => ({ const: reason, description })),
  },
  faults: text('JSON `[{path, code}]`: never a value'),
  storedAt: { type: 'string', format: 'date-time' },
  size: text('bytes the message had'),
  tenant: { type: 'string', format: 'uuid', description: 'the one tenant it names; absent where none or several are' },
  subjects: text('keyed hashes of whom it speaks of, by which erasure finds it'),
  digest: text('SHA-256 of the message in hex; only on a letter without content'),
};

/** Dead letters: everything that may be known of one stands in its headers; the payload is sealed. */
export const deadLetterMessage: Json = {
  contentType: 'application/octet-stream',
  headers: {
    type: 'object',
    properties: Object.fromEntries(
      (Object.keys(DEAD_LETTER_HEADERS) as Name[]).map((name) => [DEAD_LETTER_HEADERS[name], HEADERS[name]]),
    ),
    required: (['consumer', 'subject', 'reason', 'faults', 'storedAt', 'size'] as const).map(
      (name) => DEAD_LETTER_HEADERS[name],
    ),
  },
  payload: { type: 'string', format: 'binary', description: 'sealed, or empty with a digest' },
};
