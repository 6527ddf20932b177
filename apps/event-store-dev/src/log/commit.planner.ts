import { type AppendDecision, asksForStored, decideAppend, exactRevision } from './append.decider.js';
import {
  type EventRef,
  LAST_REVISION,
  METADATA_CHANGED,
  metastreamOf,
  type NewEvent,
  NO_REVISION,
  originalOf,
  sizeOf,
  type StoredEvent,
  STREAM_DELETED,
} from './stored-event.model.js';
import { withTruncateBefore } from './stream-metadata.model.js';
import { type StateOf, type StreamState, type Tail, tailOf } from './stream-tails.cache.js';
import type { WriteCommand, WriteOutcome } from './write.command.js';

export interface PlannerDependencies {
  /** Ends of all streams the commands name, with the plan's own changes shown on top. */
  readonly stateOf: (changed: ReadonlyMap<string, Tail>) => StateOf;
  readonly refs: (stream: string, from: bigint, count: number) => Promise<EventRef[]>;
  readonly recent: (stream: string, id: string) => EventRef | undefined;
  readonly newId: () => string;
  /** The last position in the log. */
  readonly head: bigint;
  /** 100 ns ticks: one instant for the whole commit. */
  readonly created: bigint;
}

/** Decides commands one after another, each seeing what the ones before it will have written. */
export class CommitPlanner {
  readonly events: StoredEvent[] = [];
  readonly tails = new Map<string, Tail>();
  private readonly placed = new Map<string, StoredEvent[]>();
  private readonly byId = new Map<string, StoredEvent>();
  private readonly stateOf: StateOf;
  private position: bigint;

  constructor(private readonly use: PlannerDependencies) {
    this.stateOf = use.stateOf(this.tails);
    this.position = use.head;
  }

  async plan(command: WriteCommand): Promise<WriteOutcome> {
    const state = this.stateOf(command.stream);
    // As on a real node, deleting is checked like the append of one event that nobody has seen before.
    const ids = command.kind === 'append' ? command.events.map((event) => event.id) : [this.use.newId()];
    const decision = await this.decide(command, state, ids);
    switch (decision.kind) {
      case 'write':
        return this.write(command, state, decision);
      case 'repeat':
        return { kind: 'written', revision: decision.last.revision, position: decision.last.position };
      case 'nothing-to-write':
        return { kind: 'nothing-written', ...current(state) };
      case 'wrong-version':
        return { kind: 'wrong-version', ...current(state) };
      case 'stream-deleted':
        return { kind: 'stream-deleted' };
    }
  }

  private async decide(command: WriteCommand, state: StreamState, ids: string[]): Promise<AppendDecision> {
    const { stream, expected } = command;
    const from = (exactRevision(expected) ?? NO_REVISION) + 1n;
    const stored = asksForStored(expected, state) ? await this.refsFrom(stream, from, ids.length) : [];
    const recent = (id: string) => {
      const placed = this.byId.get(id);
      return placed?.stream === stream ? placed : this.use.recent(stream, id);
    };
    return decideAppend({ expected, ids, stream: state, stored, recent });
  }

  private write(command: WriteCommand, state: StreamState, decision: AppendDecision & { kind: 'write' }): WriteOutcome {
    const { stream } = command;
    switch (command.kind) {
      case 'delete':
        if (state.revision === NO_REVISION && state.metaRevision === NO_REVISION) return { kind: 'wrong-version' };
        return this.placeTruncation(stream, state.metaRevision, new Uint8Array(), LAST_REVISION);
      case 'tombstone':
        return this.place(stream, LAST_REVISION, this.systemEvent(STREAM_DELETED));
      case 'append': {
        // Writing the metadata of a soft-deleted stream brings the stream back, empty.
        const original = originalOf(stream);
        const revived = original !== undefined && this.stateOf(original).softDeleted ? original : undefined;
        let outcome: WriteOutcome = { kind: 'nothing-written' };
        let revision = decision.firstRevision;
        for (const event of command.events) outcome = this.place(stream, revision++, event);
        if (decision.undelete) this.undelete(stream, decision.firstRevision);
        if (revived !== undefined) this.undelete(revived, this.stateOf(revived).revision + 1n);
        return outcome;
      }
    }
  }

  private undelete(stream: string, firstVisible: bigint): void {
    const { metaRevision, rawMetadata } = this.stateOf(stream);
    this.placeTruncation(stream, metaRevision, rawMetadata, firstVisible);
  }

  private placeTruncation(stream: string, metaRevision: bigint, raw: Uint8Array, before: bigint): WriteOutcome {
    const event = { ...this.systemEvent(METADATA_CHANGED), data: withTruncateBefore(raw, before) };
    return this.place(metastreamOf(stream), metaRevision + 1n, event);
  }

  private systemEvent(type: string): NewEvent {
    const nothing = new Uint8Array();
    return { id: this.use.newId(), type, contentType: 'application/json', data: nothing, metadata: nothing };
  }

  private place(stream: string, revision: bigint, event: NewEvent): WriteOutcome {
    this.position += BigInt(sizeOf(event, stream));
    const { id, type, contentType, data, metadata } = event;
    const { position } = this;
    const stored = { id, type, contentType, data, metadata, stream, revision, position, created: this.use.created };
    this.events.push(stored);
    this.byId.set(id, stored);
    this.tails.set(stream, tailOf(stream, revision, data));
    const placed = this.placed.get(stream);
    if (placed) placed.push(stored);
    else this.placed.set(stream, [stored]);
    return { kind: 'written', revision, position };
  }

  private async refsFrom(stream: string, from: bigint, count: number): Promise<EventRef[]> {
    const placed = (this.placed.get(stream) ?? []).filter((event) => event.revision >= from);
    const stored = placed[0]?.revision === from ? [] : await this.use.refs(stream, from, count);
    return [...stored, ...placed].slice(0, count);
  }
}

const current = ({ revision }: StreamState) => (revision === NO_REVISION ? {} : { current: revision });
