import type { FieldFault } from '@homing/contracts';
import type { IntakeItem, NamedThings } from '@homing/intake';
import type { BatchQueries } from '@homing/read-model';
import type { BatchKeeper, BatchView } from '@homing/vault/batch';

/** What batches lean on beside the single request's parts. */
export interface ApiBatches {
  /** The same (tenant, request id) is the same batch. */
  idOf(tenantId: string, requestId: string): string;
  /** The outreach that an item of this request id is. */
  outreachIdOf(tenantId: string, requestId: string): string;
  /** 32 bytes: keyed hash over a canonical value. */
  digest(tenantId: string, value: unknown): Buffer;
  /** What would refuse each of these requests; nothing is stored. */
  check(items: readonly IntakeItem[]): Promise<(readonly FieldFault[])[]>;
  /** What is known of the template, sequence and campaign that each of these requests names. */
  named(items: readonly IntakeItem[]): Promise<readonly NamedThings[]>;
  readonly keeper: Pick<BatchKeeper, 'open' | 'addItems' | 'knownPlaces' | 'accept'>;
  readonly view: BatchView;
  readonly rows: BatchQueries;
}
