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

/** Who may say what on the bus. `publisher` is for programs outside: it may ask for outreach and hear the answers. */
export const busUsers = {
  publisher: { publish: ['outreach.requested', '$JS.API.INFO', '$JS.API.STREAM.INFO.*'] },
  api: { publish: ['outreach.requested', ...jetstream], subscribe: ['live.poke'] },
  'webhook-ingestion': { publish: ['provider.signal.*', ...declareStreams] },
  // `_INBOX.*.*`: the decision is told to the publisher who waits for it.
  orchestrator: { publish: ['delivery.dispatch.*', 'deadletter.>', '_INBOX.*.*', ...jetstream] },
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
    subscribe: ['_INBOX.>', ...subscribe],
  }));
}
