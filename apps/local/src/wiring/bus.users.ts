import type { NatsUser } from '@homing/embedded-stores';

/** What a user of the bus may say and hear besides its own inbox and JetStream's acknowledgements. */
interface BusRights {
  publish: string[];
  subscribe?: string[];
}

/** Managing streams and consumers and pulling from them. */
const jetstream = ['$JS.API.>', '$JS.ACK.>'];
/** Finding and declaring streams, nothing else. */
const declareStreams = [
  '$JS.API.INFO',
  '$JS.API.STREAM.INFO.*',
  '$JS.API.STREAM.NAMES',
  '$JS.API.STREAM.CREATE.*',
  '$JS.API.STREAM.UPDATE.*',
];

/** `_INBOX`: what a client outside uses that was not told to use an inbox of its own. */
const answerTo = (...users: string[]): string[] => ['_INBOX.*.*', ...users.map((user) => `_INBOX_${user}.*.*`)];

/** Who may say what on the bus. `publisher` is for programs outside: it may ask for outreach and hear the answers. */
export const busUsers = {
  publisher: { publish: ['outreach.requested', '$JS.API.INFO', '$JS.API.STREAM.INFO.*'], subscribe: ['_INBOX.>'] },
  api: { publish: ['outreach.requested', ...jetstream], subscribe: ['live.poke'] },
  'webhook-ingestion': { publish: ['provider.signal.*', ...declareStreams] },
  // Inboxes: the decision is told to the publisher who waits for it, to nobody else.
  orchestrator: { publish: ['delivery.dispatch.*', 'deadletter.>', ...answerTo('api', 'publisher'), ...jetstream] },
  scheduler: { publish: ['outreach.requested', 'delivery.dispatch.*', ...jetstream] },
  'channel-gateway': { publish: ['deadletter.>', ...jetstream] },
  projector: { publish: ['event.outreach.>', 'live.poke', ...jetstream] },
} satisfies Record<string, BusRights>;

export type BusUser = keyof typeof busUsers;

export function natsUsers(passwords: Record<string, string>): NatsUser[] {
  return Object.entries(busUsers as Record<string, BusRights>).map(([name, { publish, subscribe = [] }]) => ({
    name,
    password: passwords[name] ?? '',
    publish,
    // Answers, pulled messages among them, come to an inbox of its own: nobody overhears another's.
    subscribe: [`_INBOX_${name}.>`, ...subscribe],
  }));
}
