import type { JetStreamManager } from '@nats-io/jetstream';
import { differencesFrom, orMissing, streamConfigs } from './stream.topology.js';

/** One stream as it is, held against what this release asks for. */
export interface InspectedStream {
  readonly stream: string;
  /** False: it is not there, and the rest says nothing. */
  readonly there: boolean;
  /** Settings that differ from what is asked for; raised limits do not. */
  readonly differs: readonly string[];
  readonly messages: number;
  /** 0..1 of its limit of bytes; 0 without a limit. */
  readonly fill: number;
  /** A full one refuses publishers; else it drops its oldest. */
  readonly refusesWhenFull: boolean;
}

/** Looks at every stream of the bus; changes nothing. Needs to ask for information alone. */
export function inspectStreams(manager: Pick<JetStreamManager, 'streams'>): Promise<InspectedStream[]> {
  return Promise.all(
    streamConfigs().map(async (asked): Promise<InspectedStream> => {
      const refusesWhenFull = asked.discard === 'new';
      const info = await manager.streams.info(asked.name).catch(orMissing);
      if (!info) return { stream: asked.name, there: false, differs: [], messages: 0, fill: 0, refusesWhenFull };
      const { bytes, messages } = info.state;
      const { max_bytes: limit } = info.config;
      return {
        ...{ stream: asked.name, there: true, differs: differencesFrom(asked, info.config), messages, refusesWhenFull },
        fill: limit > 0 ? bytes / limit : 0,
      };
    }),
  );
}

/** One durable consumer as it is. */
export interface InspectedConsumer {
  readonly stream: string;
  readonly durable: string;
  readonly there: boolean;
  /** Messages it has not been given yet. */
  readonly pending: number;
  /** Given and not acknowledged yet. */
  readonly handling: number;
  /** Of those: given more than once. */
  readonly again: number;
  /** Pulls that wait for messages. */
  readonly pulls: number;
}

/** Looks at durable consumers; changes nothing. */
export function inspectConsumers(
  manager: Pick<JetStreamManager, 'consumers'>,
  wanted: readonly { readonly stream: string; readonly durable: string }[],
): Promise<InspectedConsumer[]> {
  return Promise.all(
    wanted.map(async ({ stream, durable }): Promise<InspectedConsumer> => {
      const info = await manager.consumers.info(stream, durable).catch(orMissing);
      if (!info) return { stream, durable, there: false, pending: 0, handling: 0, again: 0, pulls: 0 };
      return {
        ...{ stream, durable, there: true, pending: info.num_pending, handling: info.num_ack_pending },
        ...{ again: info.num_redelivered, pulls: info.num_waiting },
      };
    }),
  );
}
