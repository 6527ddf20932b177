import type { PlantedBug } from './planted.bug.js';

/** Rules 4 to 7 of DESIGN section 4, and the gate that is asked before each call. */
export const BOOKS_BUGS: readonly PlantedBug[] = [
  {
    name: 'commits without reserving',
    breaks: 'R4',
    foundBy: 'booked-before-sent',
    plant: {
      books: (books) => ({
        ...books,
        person: async (stream, tenantId, command) =>
          command.kind === 'book'
            ? { kind: 'booked', slot: { ...command.slot, attempt: 1 } }
            : books.person(stream, tenantId, command),
      }),
    },
  },
  {
    name: 'knows of no quotas',
    breaks: 'R5',
    foundBy: 'caps-and-budgets',
    plant: {
      registry: (port) => ({
        ...port,
        findTenants: async (ids) =>
          (await port.findTenants(ids)).map(
            (tenant) => tenant && { ...tenant, settings: { ...tenant.settings, channels: {} } },
          ),
      }),
    },
  },
  {
    name: 'knows of no quiet hours',
    breaks: 'R5',
    foundBy: 'quiet-hours',
    plant: {
      registry: (port) => ({
        ...port,
        findTenants: async (ids) =>
          (await port.findTenants(ids)).map(
            (tenant) => tenant && { ...tenant, settings: { ...tenant.settings, quietHours: null } },
          ),
      }),
    },
  },
  {
    name: 'holds a booking on into quiet hours',
    breaks: 'R5',
    foundBy: 'quiet-hours',
    plant: {
      books: (books) => ({
        ...books,
        person: (stream, tenantId, command) => {
          const on = (from: string): string => new Date(Date.parse(from) + 300_000).toISOString();
          if (command.kind === 'book')
            return books.person(stream, tenantId, {
              ...command,
              slot: { ...command.slot, until: on(command.slot.at) },
            });
          return books.person(
            stream,
            tenantId,
            command.kind === 'move' ? { ...command, until: on(command.at) } : command,
          );
        },
      }),
    },
  },
  {
    name: 'never looks for reservations that are nobody’s',
    breaks: 'R4',
    foundBy: 'nobodys-reservation',
    plant: { rows: (port) => ({ ...port, staleReservations: () => Promise.resolve([]) }) },
  },
  {
    name: 'starts under the booking of an earlier instant',
    breaks: 'R5',
    foundBy: 'booked-before-sent',
    plant: {
      books: (books) => ({
        ...books,
        person: async (stream, tenantId, command) => {
          if (command.kind !== 'move') return books.person(stream, tenantId, command);
          const { key, attempt, at, until } = command;
          const cost = { micros: 0, currency: 'EUR' };
          const slot = { key, attempt, at, until, cost, channel: 'email', ordinal: 0, fingerprint: '' } as const;
          return { kind: 'booked', slot };
        },
      }),
    },
  },
  {
    name: 'moves a lapsed booking along without asking whether it was sent',
    breaks: 'R5',
    foundBy: 'books-hold',
    plant: {
      books: (books, world) => ({
        ...books,
        person: async (stream, tenantId, command) => {
          const result = await books.person(stream, tenantId, command);
          if (command.kind !== 'book' || result.kind !== 'held') return result;
          if (Date.parse(result.slot.until) >= world.time.now) return result;
          const { slot, limits } = command;
          const { key, at, until } = { ...slot, at: new Date(world.time.now).toISOString() };
          return books.person(stream, tenantId, { kind: 'move', key, attempt: 1, at, until, limits, now: at });
        },
      }),
    },
  },
  {
    name: 'reserves less than the worst case',
    breaks: 'R6',
    foundBy: 'caps-and-budgets',
    plant: {
      books: (books) => ({
        ...books,
        balance: (stream, tenantId, command) =>
          books.balance(stream, tenantId, command.kind === 'reserve' ? { ...command, amount: 0 } : command),
      }),
    },
  },
  {
    name: 'decides books in memory and writes over who was faster',
    breaks: 'R7',
    foundBy: 'books-hold',
    plant: {
      store: (port) => ({
        ...port,
        append: async (request) => {
          const result = await port.append(request);
          if (result.kind === 'appended' || !/^(budget|quota)-/.test(request.stream)) return result;
          return port.append({ ...request, expectedRevision: result.actualRevision });
        },
      }),
    },
  },
  {
    name: 'does not ask the gate',
    breaks: 'section 5',
    foundBy: 'gate-respected',
    plant: { gate: (port) => ({ ...port, ask: async (questions) => questions.map(() => ({ kind: 'open' })) }) },
  },
  {
    name: 'tells nobody of addresses to be held back',
    breaks: 'section 7',
    foundBy: 'addresses-held-back',
    plant: { suppressions: (port) => ({ ...port, saveContacts: () => Promise.resolve() }) },
  },
];
