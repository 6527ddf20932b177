import {
  ASSISTED_DESK,
  CONTACT_COMMAND,
  CONVERSION_REPORTED,
  DEAD_LETTER_DESK,
  LIVE_POKE,
  OUTREACH_COMMAND,
  OUTREACH_REQUESTED,
} from '@homing/contracts';
import { type Bus, Publisher } from '@homing/messaging';
import type { ApiBus } from '../api.parts.js';

/** A caller waits at the other end: better a 503 soon than an ack late. */
const publishing = { ackTimeoutMs: 1_000, deadlineMs: 4_000 };

export function apiBus(bus: Bus): ApiBus {
  const publisher = new Publisher(bus, publishing);
  const inbox = bus.inbox();
  const listeners = new Set<() => void>();
  bus.listen(LIVE_POKE, () => {
    for (const wake of listeners) wake();
  });
  return {
    isUp: () => bus.health().status === 'up',
    publishRequested: async (event, message) => void (await publisher.publish(OUTREACH_REQUESTED, event, message)),
    publishCommand: async (event, message) => void (await publisher.publish(OUTREACH_COMMAND, event, message)),
    publishContactCommand: async (event, message) => void (await publisher.publish(CONTACT_COMMAND, event, message)),
    publishConversion: async (event, message) => void (await publisher.publish(CONVERSION_REPORTED, event, message)),
    expectAnswer: (id, withinMs) => inbox.expect(id, withinMs),
    tellDesk: (request) => bus.notify(DEAD_LETTER_DESK, request),
    tellTaskDesk: (request) => bus.notify(ASSISTED_DESK, request),
    onPoke(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
