import {
  ASSISTED_DESK,
  BUS_STREAMS,
  CHANNELS,
  CONTACT_COMMAND,
  CONVERSION_REPORTED,
  DEAD_LETTER_DESK,
  INBOUND_RECEIVED,
  LIVE_POKE,
  OUTREACH_COMMAND,
  OUTREACH_REQUESTED,
  STORE_MARK,
  WEBHOOK_HEALTH,
  WEBHOOK_KEYS,
  WEBHOOK_SEEN,
} from '@homing/contracts';
import type { NatsUser } from './nats.user.js';

/** What a user of the bus may say and hear besides its own inbox. */
interface BusRights {
  publish: string[];
  subscribe?: string[];
  /** Shares the account that holds the streams. Only who consumes does; everybody else stands apart and cannot reach JetStream. */
  consumes?: true;
}

/** Channels that a gateway may wait for. */
const sentBy = CHANNELS.filter((channel) => channel !== 'phone');

const { outreach, dispatch, signals, events, deadLetters, marks, webhookKeys, webhookSeen, webhookHealth } =
  BUS_STREAMS;

/** Making one durable consumer, pulling from it, acknowledging; making it anew when its stream was rolled back under it. */
const consume = (stream: string, durable: string): string[] => [
  `$JS.API.STREAM.INFO.${stream}`,
  `$JS.API.STREAM.MSG.GET.${stream}`,
  `$JS.API.CONSUMER.INFO.${stream}.${durable}`,
  `$JS.API.CONSUMER.CREATE.${stream}.${durable}.>`,
  `$JS.API.CONSUMER.DELETE.${stream}.${durable}`,
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`,
  `$JS.ACK.${stream}.${durable}.>`,
];

/** Finding, making and changing streams; deleting and purging none. */
const keepStreams = ['$JS.API.STREAM.INFO.*', '$JS.API.STREAM.CREATE.*', '$JS.API.STREAM.UPDATE.*'];

/** How many messages a stream holds, never what is in them. (Without `INFO` a server asks the asker's own account instead.) */
const count = (...streams: string[]): string[] => [
  '$JS.API.INFO',
  ...streams.map((stream) => `$JS.API.STREAM.INFO.${stream}`),
];

/** The mark of the event store: what a restored one does not hold. */
const readMark = `$JS.API.STREAM.MSG.GET.${marks}`;

/** `_INBOX`: what a client outside uses that was not told to use an inbox of its own. */
const answerTo = (...users: string[]): string[] => ['_INBOX.*.*', ...users.map((user) => `_INBOX_${user}.*.*`)];

/** Who may say what on the bus. `publisher` is for programs outside: it may ask for outreach, report conversions and hear the answers. */
export const busUsers = {
  publisher: {
    publish: [OUTREACH_REQUESTED, CONVERSION_REPORTED, ...count(outreach, dispatch, deadLetters)],
    subscribe: ['_INBOX.>'],
  },
  api: {
    publish: [
      OUTREACH_REQUESTED,
      OUTREACH_COMMAND,
      CONTACT_COMMAND,
      CONVERSION_REPORTED,
      DEAD_LETTER_DESK,
      ASSISTED_DESK,
      // Keys for ingestion, sealed to it; which of them stand there already; and what ingestion says of itself.
      WEBHOOK_KEYS,
      '$JS.API.INFO',
      `$JS.API.STREAM.MSG.GET.${webhookKeys}`,
      `$JS.API.STREAM.MSG.GET.${webhookHealth}`,
    ],
    subscribe: [LIVE_POKE],
  },
  'webhook-ingestion': {
    publish: [
      'provider.signal.*',
      'provider.inbound.*',
      'deadletter.webhook-ingestion',
      WEBHOOK_SEEN,
      WEBHOOK_HEALTH,
      '$JS.API.INFO',
      `$JS.API.STREAM.MSG.GET.${webhookKeys}`,
      `$JS.API.STREAM.MSG.GET.${webhookSeen}`,
    ],
    subscribe: [WEBHOOK_KEYS],
  },
  orchestrator: {
    consumes: true,
    publish: [
      'delivery.dispatch.*',
      'deadletter.>',
      // Inboxes: the decision is told to the publisher who waits for it, to nobody else.
      ...answerTo('api', 'publisher'),
      ...keepStreams,
      ...consume(outreach, 'orchestrator-requests'),
      ...consume(outreach, 'orchestrator-commands'),
      ...consume(outreach, 'orchestrator-contact-commands'),
      ...consume(outreach, 'orchestrator-conversions'),
      ...consume(signals, 'orchestrator-signals'),
      ...consume(signals, 'orchestrator-inbound'),
      // Of a former release: it is removed when the streams are looked at.
      `$JS.API.CONSUMER.DELETE.${signals}.orchestrator-signals-sendgrid`,
      ...consume(events, 'orchestrator-react-rejected'),
      ...consume(events, 'orchestrator-react-skipped'),
      ...consume(events, 'orchestrator-react-expired'),
      ...consume(events, 'orchestrator-react-sent-late'),
      // To read what it wrote itself.
      `$JS.API.STREAM.MSG.GET.${dispatch}`,
      // The desk: files dead letters, opens and removes them, hands messages in again.
      ...consume(deadLetters, 'orchestrator-dead-letters'),
      `$JS.API.STREAM.MSG.DELETE.${deadLetters}`,
      OUTREACH_REQUESTED,
      OUTREACH_COMMAND,
      CONVERSION_REPORTED,
      'provider.signal.*',
      'event.outreach.*',
      INBOUND_RECEIVED,
      'delivery.lookup.*',
    ],
    subscribe: [DEAD_LETTER_DESK],
  },
  scheduler: {
    publish: [OUTREACH_REQUESTED, OUTREACH_COMMAND, 'delivery.dispatch.*', 'delivery.lookup.*', ...count(dispatch)],
  },
  'channel-gateway': {
    consumes: true,
    publish: [
      'deadletter.>',
      ...sentBy.flatMap((channel) => [
        ...consume(dispatch, `gateway-${channel}`),
        ...consume(dispatch, `gateway-lookup-${channel}`),
      ]),
      readMark,
      // What the API asked about a person's task: sealed to it, told to nobody else.
      '_INBOX_api.*.*',
    ],
    subscribe: [ASSISTED_DESK],
  },
  // Looks and changes nothing: counts of streams and consumers, and the mark.
  doctor: {
    publish: ['$JS.API.INFO', '$JS.API.STREAM.INFO.*', '$JS.API.CONSUMER.INFO.*.*', readMark],
  },
  // (Without `INFO` a server asks the asker's own account instead.)
  projector: { publish: ['event.outreach.>', LIVE_POKE, STORE_MARK, '$JS.API.INFO', readMark] },
} satisfies Record<string, BusRights>;

export interface BusConsumer {
  readonly stream: string;
  readonly durable: string;
  readonly user: string;
  /** Stands only where the installation has a provider for its channel. */
  readonly optional?: true;
}

const isOptional = (durable: string): boolean => /^gateway-(?!(lookup-)?email$)/.test(durable);

/** Every durable consumer of this release, as the rights of its users name it. */
export const busConsumers: readonly BusConsumer[] = Object.entries(busUsers as Record<string, BusRights>).flatMap(
  ([user, { publish }]) =>
    publish.flatMap((subject) => {
      const [, stream, durable] = /^\$JS\.API\.CONSUMER\.MSG\.NEXT\.(\w+)\.([\w-]+)$/.exec(subject) ?? [];
      return stream !== undefined && durable !== undefined
        ? [{ stream, durable, user, ...(isOptional(durable) ? { optional: true } : {}) }]
        : [];
    }),
);

export type BusUser = keyof typeof busUsers;

/** Every user with its rights. A user without a password cannot log in: `passwords` must name them all. */
export function natsUsers(passwords: Readonly<Record<string, NatsUser['password']>>): NatsUser[] {
  const all = Object.entries(busUsers as Record<string, BusRights>);
  return all.map(([name, { publish, subscribe = [], consumes = false }]) => ({
    name,
    password: passwords[name] ?? '',
    publish,
    // Answers, pulled messages among them, come to an inbox of its own: nobody overhears another's.
    subscribe: [`_INBOX_${name}.>`, ...subscribe],
    apart: !consumes,
  }));
}
