import type { Fault } from './fault.js';

export const BUS_FAULTS = {
  STREAM_MISSING: {
    severity: 'fail',
    meaning: 'A stream of the bus is not there: publishing to it is refused.',
    found: 'Asking the bus for each stream.',
    mend: 'Start an orchestrator: it makes the streams, and again within a minute when they are gone.',
  },
  STREAM_DIFFERS: {
    severity: 'warn',
    meaning: 'A stream is not as this release makes it. Raised limits are left alone and not told here.',
    found: 'Comparing each stream with what this release asks for.',
    mend: 'Start an orchestrator of this release: it mends what can be changed. Retention and storage cannot: drain and delete the stream.',
  },
  STREAM_NEARLY_FULL: {
    severity: 'warn',
    meaning:
      'A stream is nearly full. A full one refuses publishers; EVENTS and DEADLETTERS drop their oldest instead.',
    found: 'Comparing what a stream holds with its limit; 80 % is told, 98 % is a failure.',
    mend: 'Find out why its consumers do not get on (CONSUMER_BACKLOG, services that are not ready), or raise its max_bytes.',
  },
  CONSUMER_MISSING: {
    severity: 'fail',
    meaning: 'A durable consumer is not there: what is published for it waits.',
    found: 'Asking the bus for each consumer this release has.',
    mend: 'Start the service it belongs to (docs/bus.md, Consumers): it makes its own.',
  },
  CONSUMER_ABANDONED: {
    severity: 'fail',
    meaning: 'Messages wait for a consumer and nobody asks for them.',
    found: 'Messages pending, none being handled and no pull waiting, at two looks a second apart.',
    mend: 'Start the service it belongs to, or restart it if it runs: its log says why it does not pull.',
  },
  CONSUMER_BACKLOG: {
    severity: 'warn',
    meaning:
      'Many messages wait for a consumer: work comes faster than it is done, or every handling fails and is tried again.',
    found: 'More than 5,000 messages pending, or more than 100 that came again and again.',
    mend: 'See the log and the metrics of the service it belongs to; start more instances of it; look at the stores it needs.',
  },
  DEAD_LETTERS: {
    severity: 'warn',
    meaning:
      'Messages that could not be understood lie among the dead letters. Nothing accepted is among them; they are kept for 30 days.',
    found: 'Counting what the stream DEADLETTERS holds.',
    mend: 'Look at them in the console or with GET /api/v1/dead-letters; mend the publisher, then replay or drop them.',
  },
} as const satisfies Record<string, Fault>;
