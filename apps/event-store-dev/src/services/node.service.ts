import { randomUUID } from 'node:crypto';
import gossipPb from '@eventstore/db-client/generated/gossip_pb.js';
import persistentGrpc from '@eventstore/db-client/generated/persistent_grpc_pb.js';
import featuresPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { Empty } from '@eventstore/db-client/generated/shared_pb.js';
import type { handleUnaryCall } from '@grpc/grpc-js';
import { writeUuid } from '../wire/uuid.codec.js';

export const SERVER_VERSION = '23.10.6-event-store-dev';

const FEATURES: Record<string, readonly string[]> = {
  '/event_store.client.streams.Streams/Read': ['position', 'events'],
  '/event_store.client.streams.Streams/BatchAppend': ['deadline_duration'],
};

/**
 * Names every method the client may ask for. Persistent subscriptions are named although they are not served: the
 * client would otherwise ask for them over HTTP/1, where nobody answers; so they end as UNIMPLEMENTED.
 */
export const featuresService = (): handleUnaryCall<Empty, SupportedMethods> => {
  const supported = new featuresPb.SupportedMethods().setEventStoreServerVersion(SERVER_VERSION);
  const streams = Object.values(streamsGrpc.StreamsService).map(({ path }) => path);
  const persistent = Object.values(persistentGrpc.PersistentSubscriptionsService).map(({ path }) => path);
  for (const path of [...streams, ...persistent]) {
    const [, service = '', method = ''] = path.split('/');
    const features = persistent.includes(path) ? ['stream', 'all'] : (FEATURES[path] ?? []);
    const named = new featuresPb.SupportedMethod().setServiceName(service).setMethodName(method.toLowerCase());
    supported.addMethods(named.setFeaturesList([...features]));
  }
  return (_call, callback) => callback(null, supported);
};

/** A cluster of one living leader: this node. */
export const gossipService = (address: () => { host: string; port: number }): handleUnaryCall<Empty, ClusterInfo> => {
  const instance = writeUuid(randomUUID());
  return (_call, callback) => {
    const { host, port } = address();
    const member = new gossipPb.MemberInfo()
      .setInstanceId(instance)
      .setTimeStamp((BigInt(Date.now()) * 10_000n).toString())
      .setState(gossipPb.MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(new gossipPb.EndPoint().setAddress(host).setPort(port));
    callback(null, new gossipPb.ClusterInfo().setMembersList([member]));
  };
};
