import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, persistentSubscriptionToStreamSettingsFromDefaults } from '@eventstore/db-client';
import monitoring from '@eventstore/db-client/generated/monitoring_grpc_pb.js';
import operations from '@eventstore/db-client/generated/operations_grpc_pb.js';
import persistent from '@eventstore/db-client/generated/persistent_grpc_pb.js';
import projections from '@eventstore/db-client/generated/projections_grpc_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import users from '@eventstore/db-client/generated/users_grpc_pb.js';
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { Client, credentials, type ServiceDefinition, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { collect, freshStream, happened, many, numbers, refusal } from '../blackbox/node.fixture.js';
import { type EventStoreDev, startEventStoreDev } from '../event-store-dev.server.js';
import { readUuid, writeUuid } from '../wire/uuid.codec.js';

let server: EventStoreDev;
let client: EventStoreDBClient;
let raw: InstanceType<typeof streamsGrpc.StreamsClient>;
beforeAll(async () => {
  server = await startEventStoreDev();
  client = EventStoreDBClient.connectionString(server.url as 'esdb://');
  raw = new streamsGrpc.StreamsClient(`127.0.0.1:${server.port}`, credentials.createInsecure());
});
afterAll(async () => {
  raw.close();
  await client.dispose();
  await server.stop();
});

const { Options } = streamsPb.ReadReq;

function readAll(change: (options: InstanceType<typeof Options>) => void): Promise<ReadResp[]> {
  const all = new Options.AllOptions().setStart(new sharedPb.Empty());
  const options = new Options().setAll(all).setCount('1000').setNoFilter(new sharedPb.Empty());
  change(options);
  return new Promise((resolve, reject) => {
    const responses: ReadResp[] = [];
    raw
      .read(new streamsPb.ReadReq().setOptions(options))
      .on('data', (response: ReadResp) => responses.push(response))
      .on('error', reject)
      .on('end', () => resolve(responses));
  });
}

describe('what other clients send', () => {
  it('may be ids in two halves, in and out', async () => {
    const stream = freshStream();
    const id = randomUUID();
    const response = await new Promise<InstanceType<typeof streamsPb.AppendResp> | undefined>((resolve, reject) => {
      const call = raw.append((error, answer) => (error ? reject(error) : resolve(answer)));
      const identifier = new sharedPb.StreamIdentifier().setStreamName(Buffer.from(stream));
      const options = new streamsPb.AppendReq.Options()
        .setStreamIdentifier(identifier)
        .setNoStream(new sharedPb.Empty());
      call.write(new streamsPb.AppendReq().setOptions(options));
      const message = new streamsPb.AppendReq.ProposedMessage().setId(writeUuid(id, 'structured'));
      message.getMetadataMap().set('type', 'happened').set('content-type', 'application/json');
      call.write(new streamsPb.AppendReq().setProposedMessage(message.setData(Buffer.from('{"n":1}'))));
      call.end();
    });
    expect(response?.getSuccess()?.getCurrentRevision()).toBe('0');
    expect((await collect(client.readStream(stream)))[0]?.event?.id).toBe(id);
    const structured = new Options.UUIDOption().setStructured(new sharedPb.Empty());
    const events = await readAll((options) => options.setUuidOption(structured));
    const last = events.at(-1)?.getEvent()?.getEvent()?.getId();
    expect(last?.hasStructured()).toBe(true);
    expect(readUuid(last)).toBe(id);
  });

  it('may be a filtered read of $all, counted by what matches', async () => {
    const stream = freshStream('filtered');
    await client.appendToStream(freshStream('noise'), many(20));
    await client.appendToStream(stream, many(3));
    const prefix = new Options.FilterOptions.Expression().setPrefixList([stream]);
    const filter = new Options.FilterOptions().setStreamIdentifier(prefix).setCount(new sharedPb.Empty());
    const events = await readAll((options) => options.setFilter(filter).setCount('2'));
    expect(events.map((response) => response.getEvent()?.getEvent()?.getStreamRevision())).toEqual(['0', '1']);
  });

  it('is refused when it makes no sense', async () => {
    const broken = new Options.FilterOptions().setEventType(new Options.FilterOptions.Expression().setRegex('('));
    const backwards = (options: InstanceType<typeof Options>) =>
      options.setReadDirection(Options.ReadDirection.BACKWARDS).setSubscription(new Options.SubscriptionOptions());
    for (const change of [(options: InstanceType<typeof Options>) => options.setFilter(broken), backwards]) {
      expect((await refusal<ServiceError>(readAll(change))).code).toBe(status.INVALID_ARGUMENT);
    }
    const names = ['', 'x'.repeat(2_001), 'nul\0', '$all'];
    for (const name of names) {
      const credentials = { username: 'any', password: 'any' };
      const refused = await refusal<ServiceError>(client.appendToStream(name, happened(1), { credentials }));
      expect(refused.code).toBe(status.INVALID_ARGUMENT);
    }
    const notAnId = await refusal<{ type: string }>(
      client.appendToStream(freshStream(), happened(1, { id: 'not-an-id' })),
    );
    expect(notAnId.type).toBe('unknown');
    expect((await client.appendToStream(freshStream(), happened(1))).success).toBe(true);
  });

  it('may be an append without type: the client is told which properties are required', async () => {
    const untyped = { ...happened(1), type: '' } as unknown as ReturnType<typeof happened>;
    const credentials = { username: 'any', password: 'any' };
    expect(await refusal(client.appendToStream(freshStream(), untyped, { credentials }))).toMatchObject({
      type: 'missing-required-metadata-property',
      requiredMetadataProperties: ['type', 'content-type'],
    });
  });

  it('is found through gossip when the client looks for a leader', async () => {
    const address = `127.0.0.1:${server.port}`;
    const seeking = EventStoreDBClient.connectionString(`esdb://${address},${address}?tls=false` as 'esdb://');
    const stream = freshStream();
    await seeking.appendToStream(stream, happened(1));
    expect(numbers(await collect(seeking.readStream(stream)))).toEqual([1]);
    await seeking.dispose();
  });
});

describe('what is not served', () => {
  it('says so to the official client, which never turns to HTTP', async () => {
    const settings = persistentSubscriptionToStreamSettingsFromDefaults();
    const calls = [
      client.createPersistentSubscriptionToStream('s', 'g', settings),
      client.updatePersistentSubscriptionToStream('s', 'g', settings),
      client.deletePersistentSubscriptionToStream('s', 'g'),
      client.getPersistentSubscriptionToStreamInfo('s', 'g'),
      client.listAllPersistentSubscriptions(),
      client.replayParkedMessagesToStream('s', 'g'),
      client.restartPersistentSubscriptionSubsystem(),
      collect(client.subscribeToPersistentSubscriptionToStream('s', 'g') as unknown as AsyncIterable<never>),
      client.createProjection('p', 'fromAll()'),
      client.listProjections(),
    ];
    for (const refused of await Promise.all(calls.map((call) => refusal<ServiceError>(call)))) {
      expect(refused.code).toBe(status.UNIMPLEMENTED);
    }
  });

  it.each<[string, ServiceDefinition]>([
    ['persistent subscriptions', persistent.PersistentSubscriptionsService],
    ['projections', projections.ProjectionsService],
    ['users', users.UsersService],
    ['operations', operations.OperationsService],
    ['monitoring', monitoring.MonitoringService],
  ])('is every method of %s', async (_name, definition) => {
    const plain = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
    for (const { path } of Object.values(definition)) {
      const call = new Promise((resolve, reject) => {
        const done = (error: ServiceError | null) => (error ? reject(error) : resolve(undefined));
        plain.makeUnaryRequest(
          path,
          () => Buffer.alloc(0),
          (bytes: Buffer) => bytes,
          null,
          done,
        );
      });
      expect((await refusal<ServiceError>(call)).code).toBe(status.UNIMPLEMENTED);
    }
    plain.close();
  });
});
