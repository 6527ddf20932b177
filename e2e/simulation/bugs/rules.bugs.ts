import type { PlantedBug } from './planted.bug.js';

/** One or more for each rule of DESIGN section 4, and for what sections 5 and 6 ask of attempts and the bus. */
export const RULE_BUGS: readonly PlantedBug[] = [
  {
    name: 'appends at whatever revision there is',
    breaks: 'R1',
    foundBy: 'lawful-history',
    plant: {
      store: (port) => ({
        ...port,
        append: async (request) => {
          const result = await port.append(request);
          if (result.kind === 'appended') return result;
          return port.append({ ...request, expectedRevision: result.actualRevision });
        },
      }),
    },
  },
  {
    name: 'takes a conflict for its own earlier success',
    breaks: 'R2',
    foundBy: 'claim-before-call',
    plant: {
      store: (port) => ({
        ...port,
        append: async (request) => {
          const result = await port.append(request);
          if (result.kind === 'appended' || result.actualRevision === 'no_stream') return result;
          return { kind: 'appended', revision: result.actualRevision, position: 0n };
        },
      }),
    },
  },
  {
    name: 'makes claim ids that somebody else can make again',
    breaks: 'R3, P1',
    foundBy: 'one-call-per-attempt',
    plant: { timing: (timing) => ({ ...timing, randomId: () => '00000000-0000-4000-8000-000000000000' }) },
  },
  {
    name: 'does not look at its lease before it calls',
    breaks: 'section 5',
    foundBy: 'claim-before-call',
    plant: { timing: (timing) => ({ ...timing, monotonic: () => 0 }) },
  },
  {
    name: 'forgets about leases',
    breaks: 'section 5',
    foundBy: 'accepted-not-lost',
    plant: {
      rows: (port) => ({
        ...port,
        dueEntries: async (due) => (await port.dueEntries(due)).filter((entry) => entry.kind !== 'lease'),
      }),
    },
  },
  {
    name: 'publishes under ids of chance',
    breaks: 'section 6',
    foundBy: 'events-published',
    plant: {
      publisher: (port, world) => ({
        publishMany: (messages) =>
          port.publishMany(messages.map((message) => ({ ...message, key: `${message.key}:${world.random.uuid()}` }))),
      }),
    },
  },
];
