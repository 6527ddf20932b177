import { holdsSeveral } from '@homing/contracts';
import { onSubject, withData, withEvery, type PlantedBug } from './planted.bug.js';

/** One or more for each promise of DESIGN section 10. */
export const PROMISE_BUGS: readonly PlantedBug[] = [
  {
    name: 'acknowledges before the work is done',
    breaks: 'P1',
    foundBy: 'accepted-not-lost',
    plant: { ackFirst: true },
  },
  {
    name: 'never feeds again what was sealed and not decided',
    breaks: 'P1',
    foundBy: 'accepted-not-lost',
    plant: { vault: (port) => ({ ...port, listUnfed: () => Promise.resolve([]) }) },
  },
  {
    name: 'takes an unknown outcome for a refusal and sends again',
    breaks: 'P2',
    foundBy: 'one-message-per-leg',
    plant: {
      provider: (port) => ({
        ...port,
        send: async (message, options) => {
          const result = await port.send(message, options);
          return result.kind === 'unknown' ? { kind: 'rejected', class: 'retryable', code: result.reason } : result;
        },
      }),
    },
  },
  {
    name: 'does not know facts again',
    breaks: 'P3',
    foundBy: 'facts-are-a-set',
    plant: {
      rows: (port) => ({
        ...port,
        foldedStates: async (ids) =>
          (await port.foldedStates(ids)).map((row) => ({ ...row, state: withEvery(row.state, 'facts', []) })),
      }),
    },
  },
  {
    name: 'answers a webhook before its facts are stored',
    breaks: 'P3',
    foundBy: 'facts-are-a-set',
    plant: {
      publisher: (port) => ({
        publishMany: (messages) => {
          const stored = port.publishMany(messages);
          const value = { stream: 'SIGNALS', seq: 1, duplicate: false };
          const signals = messages.every((message) => message.subject.startsWith('provider.signal.'));
          return signals ? Promise.resolve(messages.map(() => ({ status: 'fulfilled', value }))) : stored;
        },
      }),
    },
  },
  {
    name: 'leaves the refused out of the rows',
    breaks: 'P4',
    foundBy: 'audience-adds-up',
    plant: {
      rows: (port) => ({
        ...port,
        commitBatch: ({ changes, ...commit }) => {
          const outreach = changes.outreach.filter((row) => row.state !== 'refused');
          return port.commitBatch({ ...commit, changes: { ...changes, outreach } });
        },
      }),
    },
  },
  {
    name: 'refuses without saying why',
    breaks: 'P5',
    foundBy: 'every-why',
    plant: {
      store: (port) => ({
        ...port,
        append: (request) => {
          const events = withData(request.events, 'OutreachRefused', (data) => ({ ...data, reason: '' }));
          return port.append({ ...request, events });
        },
      }),
    },
  },
  {
    name: 'takes what was erased before its decision for decided',
    breaks: 'P5',
    foundBy: 'every-why',
    plant: {
      vault: (port) => ({
        ...port,
        loadAccepted: async (ids) =>
          (await port.loadAccepted(ids)).map((record) => (record.erased ? { ...record, fed: true } : record)),
      }),
    },
  },
  {
    name: 'moves the checkpoint before the rows are in',
    breaks: 'P6',
    foundBy: 'read-model-equals-rebuild',
    plant: {
      rows: (port) => ({
        ...port,
        commitBatch: async (commit) => {
          const { lease, from, to } = commit;
          await port.advanceCheckpoint(lease, { from, to });
          await port.commitBatch({ ...commit, from: to });
        },
      }),
    },
  },
  {
    name: 'records whatever names a delivery, whoever says it',
    breaks: 'P7',
    foundBy: 'tenant-walls',
    plant: {
      publisher: (port, world) => {
        const believed = onSubject('provider.signal.', (message) => {
          const believing = (data: { deliveryId?: string }) => {
            const owner = world.provider.ledger.find((line) => line.deliveryId === data.deliveryId)?.tenantId;
            return owner ? { ...data, tenantId: owner } : data;
          };
          const { event } = message;
          const data = holdsSeveral(event)
            ? { facts: event.data?.facts.map((fact) => believing(fact as object)) }
            : believing(event.data as object);
          return { ...message, event: { ...event, data } };
        });
        return believed(port, world);
      },
    },
  },
  {
    name: 'does not carry the deadline along',
    breaks: 'P8',
    foundBy: 'nothing-late',
    plant: {
      publisher: onSubject('delivery.dispatch.', (message) => ({
        ...message,
        event: withEvery(message.event, 'expiresAt', '2100-01-01T00:00:00.000Z'),
      })),
    },
  },
];
