import { randomUUID } from 'node:crypto';
import { LocalStack, until, type BusClient } from '@homing/testing/local-stack';
import { emailRequest } from './requests.fixture.js';

const personas = ['delivers', 'opens', 'clicks', 'bounces', 'drops', 'complains', 'defers', 'machineopens'];

export interface Load {
  /** Outreach ids that were acknowledged, by 202 or by the bus. */
  readonly accepted: ReadonlySet<string>;
}

export interface LoadWish {
  readonly stack: LocalStack;
  readonly count: number;
  /** Asked before each request: false holds it back a little. */
  readonly mayGoOn: (asked: number) => boolean | Promise<boolean>;
  /** Begins every address of this load: recipients of two loads of one stack are different people. Default `m`. */
  readonly name?: string;
  /** Which doors are used. Default both, in turns. */
  readonly doors?: 'both' | 'http';
}

/**
 * Asks for `count` messages, half over HTTP and half over the bus, from several callers at once. Callers are careful: who gets no
 * acknowledgement asks again under the same id, until there is one. Every fifth message is to be sent a little later.
 */
export async function askForMessages({ stack, count, mayGoOn, name = 'm', doors = 'both' }: LoadWish): Promise<Load> {
  const accepted = new Set<string>();
  const bus = await stack.bus();
  const numbers = Array.from({ length: count }, (_, n) => n).values();
  const caller = async (): Promise<void> => {
    for (const n of numbers) {
      await until(() => mayGoOn(n), 'the system to be whole again');
      const to = `${name}${n}+${personas[n % personas.length]}@sandbox.test`;
      const later = n % 5 === 4 ? { sendAt: new Date(Date.now() + 1_500).toISOString() } : {};
      const request = emailRequest(to, later);
      accepted.add(
        doors === 'http' || n % 2 === 0 ? await overHttp(stack, request) : await overBus(stack, bus, request),
      );
    }
  };
  await Promise.all(Array.from({ length: 8 }, caller));
  return { accepted };
}

async function overHttp(stack: LocalStack, request: object): Promise<string> {
  const idempotencyKey = randomUUID();
  const answer = await until(async () => {
    const { status, body } = await stack.api.send(request, { idempotencyKey }).catch(() => ({ status: 0, body: {} }));
    if (status === 202) return body as Record<string, unknown>;
    if (status !== 0 && status < 500) throw new Error(`a sound request was answered with ${status}`);
    return undefined;
  }, 'the acknowledgement over HTTP');
  return String(answer['outreachId']);
}

async function overBus(stack: LocalStack, bus: BusClient, request: object): Promise<string> {
  const id = randomUUID();
  await bus.request({ id, source: 'load', data: { ...request, tenantId: stack.tenantId } });
  return stack.outreachId('load', id);
}
