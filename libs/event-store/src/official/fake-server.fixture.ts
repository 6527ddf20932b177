import { Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { handleServerStreamingCall, sendUnaryData, ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';
import featuresGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import featuresPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { BatchAppendReq, BatchAppendResp, ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { Conditions } from '../condition.fixture.js';
import type { AppendResult } from '../event-store.port.js';
import { EventLog } from '../memory/event-log.js';
import type { LogAppend } from '../memory/event-log.js';
import { FaultProxy } from './fault-proxy.fixture.js';
import * as messages from './fake-server.messages.fixture.js';
import type { AppendSeen } from './fake-server.messages.fixture.js';

/**
 * What happens to one append: stored and answered; stored or not, and the connection cut; never answered (stored or
 * not); refused in the ways a real server refuses.
 */
export type AppendFault =
  | 'none'
  | 'cut_before_store'
  | 'cut_after_store'
  | 'silent_before_store'
  | 'silent_after_store'
  | 'not_ready'
  | 'no_details'
  | 'tombstoned'
  | 'too_large'
  | 'expired'
  | { notLeader: number };

type Duplex = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;
type Reading = ServerWritableStream<ReadReq, ReadResp>;

/**
 * EventStoreDB as the client sees it on the wire, with faults on demand and a count of everything that arrived. The
 * log outlives connections, so a test can compare what the client believed with what was stored.
 */
export class FakeServer {
  readonly log = new EventLog();
  readonly seen: AppendSeen[] = [];
  readonly counts = {
    probes: 0,
    batchStreams: 0,
    faults: 0,
    subscriptions: 0,
    subscriptionDrops: 0,
    delivered: 0,
    reads: 0,
  };
  /** Decides the fate of the n-th append that arrives (from 0). */
  fate: (append: AppendSeen, n: number) => AppendFault = () => 'none';
  /** The server's clock, in ms: it refuses an append whose deadline has passed on it. */
  now: () => number = Date.now;
  /** Given instead of sending: the test decides when the answer goes out. */
  hold: ((answer: () => void) => void) | undefined;
  probe: 'answer' | 'silent' | 'internal' = 'answer';
  /** Ends a subscription after it delivered so many events, once per entry. */
  dropAfter: number[] = [];
  /** How far a checkpoint's commit position runs ahead of its prepare position. */
  checkpointLead = 0n;
  readsSilent = false;
  tombstoned = new Set<string>();
  private readonly conditions = new Conditions();
  private readonly live = new Set<() => void>();
  private readonly wakers = new Set<() => void>();

  private constructor(
    private readonly server: Server,
    readonly proxy: FaultProxy,
  ) {}

  static async start(): Promise<FakeServer> {
    const server = new Server();
    const holder: { fake?: FakeServer } = {};
    const current = (): FakeServer => holder.fake as FakeServer;
    server.addService(featuresGrpc.ServerFeaturesService, {
      getSupportedMethods: (_call: unknown, answer: sendUnaryData<unknown>) => current().features(answer),
    });
    const read: handleServerStreamingCall<ReadReq, ReadResp> = (call) => current().read(call);
    server.addService(streamsGrpc.StreamsService, {
      read,
      batchAppend: (call: Duplex) => current().batchAppend(call),
    } as never);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    const fake = new FakeServer(server, await FaultProxy.start(port));
    holder.fake = fake;
    return fake;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.proxy.port}?tls=false`;
  }

  /** Resolves once the condition on `seen` or `counts` holds. */
  until(condition: () => boolean): Promise<void> {
    return this.conditions.until(condition);
  }

  async stop(): Promise<void> {
    await this.proxy.close();
    this.server.forceShutdown();
  }

  /** Stores past the wire, as another client would, and tells the subscriptions. */
  write(append: LogAppend): AppendResult {
    const result = this.log.append(append);
    for (const wake of [...this.wakers]) wake();
    return result;
  }

  /** Ends every live subscription with `code`, as a server does that sheds a slow consumer or goes away. */
  dropSubscriptions(): void {
    for (const drop of [...this.live]) drop();
  }

  private features(answer: sendUnaryData<unknown>): void {
    this.counts.probes += 1;
    if (this.probe === 'silent') return;
    if (this.probe === 'internal') return answer({ code: status.INTERNAL, details: 'starting' });
    const methods = new featuresPb.SupportedMethods();
    methods.setEventStoreServerVersion('23.10.6');
    const method = new featuresPb.SupportedMethod();
    method.setServiceName('event_store.client.streams.streams');
    method.setMethodName('batchappend');
    method.addFeatures('deadline_duration');
    methods.addMethods(method);
    answer(null, methods);
  }

  private batchAppend(call: Duplex): void {
    this.counts.batchStreams += 1;
    call.on('error', () => undefined);
    call.on('end', () => call.end());
    call.on('data', (request: BatchAppendReq) => {
      const append = messages.readAppend(request);
      this.seen.push(append);
      const late = append.deadline !== undefined && this.now() > append.deadline;
      const fate = late ? 'expired' : this.fate(append, this.seen.length - 1);
      if (fate !== 'none') this.counts.faults += 1;
      this.settle(call, append, fate);
      this.conditions.changed();
    });
  }

  private settle(call: Duplex, append: AppendSeen, fate: AppendFault): void {
    if (typeof fate === 'object') return notLeader(call, fate.notLeader);
    switch (fate) {
      case 'cut_before_store':
        return this.proxy.cut();
      case 'silent_before_store':
        return;
      case 'not_ready':
      case 'no_details':
      case 'tombstoned':
      case 'too_large':
      case 'expired':
        call.write(messages.refusal(append, fate));
        return;
      default: {
        const response = messages.appended(append, this.write(append));
        if (fate === 'cut_after_store') return this.proxy.cut();
        if (fate !== 'none') return;
        if (this.hold) this.hold(() => call.write(response));
        else call.write(response);
      }
    }
  }

  private read(call: Reading): void {
    call.on('error', () => undefined);
    const options = messages.readOptions(call.request);
    if (options.kind === 'subscription') return this.subscribe(call, options.after);
    this.counts.reads += 1;
    if (this.readsSilent) return;
    if (options.kind === 'head') {
      const last = this.log.all.at(-1);
      if (last) call.write(messages.event(last));
      return void call.end();
    }
    if (this.tombstoned.has(options.stream)) {
      const trailers = new Metadata();
      trailers.set('exception', 'stream-deleted');
      trailers.set('stream-name', options.stream);
      return void call.emit('error', { code: status.FAILED_PRECONDITION, details: 'deleted', metadata: trailers });
    }
    const stored = this.log.stream(options.stream);
    if (!stored) call.write(messages.streamNotFound(options.stream));
    const { from, count, backwards } = options;
    const wanted = backwards ? stored?.slice(-count) : stored?.slice(from, from + count);
    for (const logged of wanted ?? []) call.write(messages.event(logged));
    call.end();
  }

  private subscribe(call: Reading, after: bigint): void {
    this.counts.subscriptions += 1;
    this.conditions.changed();
    const limit = this.dropAfter.shift();
    let [index, sent, over, full, live] = [this.log.after(after), 0, false, false, false];
    const drop = (): void => {
      if (over) return;
      end();
      this.counts.subscriptionDrops += 1;
      this.conditions.changed();
      call.emit('error', { code: status.ABORTED, details: 'Consumer too slow to handle event while live' });
    };
    const pump = (): void => {
      for (; index < this.log.all.length && !over && !full; index += 1) {
        if (sent === limit) return drop();
        const event = this.log.all[index];
        if (!event) return;
        const message = event.stream.startsWith('$')
          ? messages.checkpoint(event.position, this.checkpointLead)
          : messages.event(event);
        full = !call.write(message);
        sent += 1;
        this.counts.delivered += 1;
      }
      if (over || full || live) return;
      live = true;
      call.write(messages.caughtUp());
    };
    call.on('drain', () => {
      full = false;
      pump();
    });
    const end = (): void => {
      over = true;
      this.wakers.delete(pump);
      this.live.delete(drop);
    };
    call.on('cancelled', end);
    this.live.add(drop);
    this.wakers.add(pump);
    call.write(messages.confirmation());
    pump();
  }
}

function notLeader(call: Duplex, port: number): void {
  const metadata = new Metadata();
  metadata.set('exception', 'not-leader');
  metadata.set('leader-endpoint-host', '127.0.0.1');
  metadata.set('leader-endpoint-port', String(port));
  call.emit('error', { code: status.NOT_FOUND, details: 'Leader info available', metadata });
}
