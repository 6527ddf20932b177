import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats, type NatsUser, type RunningNats } from '@homing/embedded-stores';
import { BUS_STREAMS, holdsSeveral, splitOff, type CloudEvent, type ProviderSignal } from '@homing/contracts';
import { sendgridBody, signatureHeaders } from '@homing/provider-simulator';
import { ensureStreams } from '@homing/messaging';
import { serviceBasics, startService, type RunningService } from '@homing/service-kit';
import { generateVaultKeys } from '@homing/vault';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { wireIngestion } from './ingestion.wiring.js';

export function signingKeys() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  return { privateKey, pkcs8, publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') };
}
export const keys = signingKeys();
export const otherKeys = signingKeys();

/** The dead letters' own pair. */
export const deadLetterKeys = await generateVaultKeys();

let events = 0;
/** A delivered event as SendGrid posts it, with its own id and our ids. */
export const delivered = (changes: object = {}) => ({
  email: 'person@reader.test',
  event: 'delivered',
  timestamp: Math.floor(Date.now() / 1000),
  sg_event_id: `event-${++events}`,
  sg_message_id: 'm1.recvd-1-0.0',
  op_delivery_id: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1',
  op_attempt: '1',
  op_tenant_id: 't1',
  ...changes,
});

export interface Post {
  readonly body: Buffer;
  readonly headers: Record<string, string>;
}

export const signedBytes = (body: Buffer, by = keys): Post => ({
  body,
  headers: {
    'content-type': 'application/json',
    ...signatureHeaders(body, by.privateKey, Math.floor(Date.now() / 1000)),
  },
});
export const signedPost = (list: readonly object[], by = keys): Post => signedBytes(sendgridBody(list), by);

export const post = (url: string, { body, headers }: Post, path = '/webhooks/sendgrid'): Promise<Response> =>
  fetch(`${url}${path}`, { method: 'POST', body: new Uint8Array(body), headers });

/** Waits for a condition; the limit only guards against a hang. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 45_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export class TestBus {
  private constructor(
    private readonly directory: string,
    private nats: RunningNats,
  ) {}

  static async start(): Promise<TestBus> {
    const bus = await TestBus.startEmpty();
    await bus.makeStreams();
    return bus;
  }

  /** Without streams: ingestion makes none. */
  static async startEmpty(users: NatsUser[] = []): Promise<TestBus> {
    const directory = mkdtempSync(join(tmpdir(), 'ingestion-'));
    return new TestBus(
      directory,
      await startNats({ dir: directory, encryptionKey: 'for tests', syncAlways: false, users }),
    );
  }

  /** As one of its users. */
  urlOf(user: string, password: string): string {
    const url = new URL(this.url);
    [url.username, url.password] = [user, password];
    return url.href;
  }

  /** What the orchestrator does. */
  async makeStreams(): Promise<void> {
    await this.#asking((manager) => ensureStreams(manager));
  }

  streams(): Promise<string[]> {
    return this.#asking(async (manager) => manager.streams.names().next());
  }

  get url(): string {
    return this.nats.url;
  }

  stop(): Promise<void> {
    return this.nats.stop();
  }

  async again(): Promise<void> {
    const { port } = this.nats;
    this.nats = await startNats({ dir: this.directory, encryptionKey: 'for tests', syncAlways: false, port });
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Every signal in the stream, oldest first, each as if it had come alone. */
  async signals(): Promise<CloudEvent<ProviderSignal>[]> {
    return this.#asking(async (manager) => {
      const { state } = await manager.streams.info(BUS_STREAMS.signals);
      const found: CloudEvent<ProviderSignal>[] = [];
      for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq++) {
        const message = await manager.streams.getMessage(BUS_STREAMS.signals, { seq });
        if (message) found.push(...eachOf(message.json(), message.subject));
      }
      return found;
    });
  }

  async count(): Promise<number> {
    return (await this.signals()).length;
  }

  /** Every dead letter: its headers and sealed bytes. */
  async letters(): Promise<{ readonly header: (name: string) => string; readonly data: Uint8Array }[]> {
    return this.#asking(async (manager) => {
      const { state } = await manager.streams.info(BUS_STREAMS.deadLetters);
      const found = [];
      for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq++) {
        const message = await manager.streams.getMessage(BUS_STREAMS.deadLetters, { seq });
        if (message) found.push({ header: (name: string) => message.header.get(name), data: message.data });
      }
      return found;
    });
  }

  async #asking<T>(ask: (manager: JetStreamManager) => Promise<T>): Promise<T> {
    const connection = await connect({ servers: this.url });
    try {
      return await ask(await jetstreamManager(connection));
    } finally {
      await connection.close();
    }
  }
}

const eachOf = (event: CloudEvent<ProviderSignal>, subject: string): CloudEvent<ProviderSignal>[] =>
  holdsSeveral(event)
    ? (event.data?.facts ?? []).map((_, at) => splitOff(event, at, subject).event as CloudEvent<ProviderSignal>)
    : [event];

export function startIngestion(busUrl: string, env: Record<string, string> = {}): Promise<RunningService> {
  const source = {
    NATS_URL: busUrl,
    SENDGRID_WEBHOOK_PUBLIC_KEY: keys.publicKey,
    DEAD_LETTER_SEAL_KEY: deadLetterKeys.sealKey,
    LOG_LEVEL: 'silent',
    SERVICE_INSTANCE: 'ingestion-test',
    ...env,
  };
  return startService(wireIngestion(serviceBasics('webhook-ingestion', source)));
}

export const isReady = async (url: string): Promise<boolean> =>
  fetch(`${url}/health/ready`).then(
    ({ status }) => status === 200,
    () => false,
  );
