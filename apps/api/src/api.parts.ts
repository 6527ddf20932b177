import type { CloudEvent } from '@homing/contracts';
import type { RequestIntake } from '@homing/intake';
import type { Logger } from '@homing/service-kit';
import type { TenantQueries } from '@homing/read-model';
import type { VaultEraser } from '@homing/vault/erase';
import type { VaultIntake } from '@homing/vault/intake';
import type { RegistryReader } from '@homing/vault/registry';
import type { RateLimit } from './security/rate.limiter.js';

/** Everything the routes lean on. Production wires it in `stores/`, tests hand in what they like. */
export interface ApiParts {
  readonly registry: Pick<RegistryReader, 'verifyApiKey' | 'findCampaign'>;
  readonly intake: RequestIntake;
  readonly accepted: Pick<VaultIntake, 'loadAccepted' | 'listUnfedOfCampaign'>;
  readonly persons: Pick<VaultEraser, 'findPerson'>;
  readonly queries: TenantQueries;
  readonly bus: ApiBus;
  /** Aborted when the service begins to stop. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
  readonly settings: ApiSettings;
}

export interface ApiSettings {
  readonly rateLimit: RateLimit;
  /** Wait for the decision in milliseconds. */
  readonly decisionWaitMs: number;
  /** Look for new events this often in milliseconds when nobody pokes. */
  readonly feedPollMs: number;
  /** Sign of life on an idle event stream, in milliseconds. */
  readonly heartbeatMs: number;
  /** Event streams one key may hold open at once. */
  readonly streamsPerKey: number;
}

export interface ApiBus {
  /** False: publishing would fail now. */
  isUp(): boolean;
  /** Resolves once JetStream holds it. @throws when it does not, or nobody knows. */
  publishRequested(event: CloudEvent, message: { tenantId: string; key: string; replyTo?: string }): Promise<void>;
  /** Has something done to an outreach that is there; as `publishRequested`. */
  publishCommand(event: CloudEvent, message: { tenantId: string; key: string; replyTo?: string }): Promise<void>;
  /** Listens for one answer over core NATS; `id` is used once at a time. Undefined when none came in time. */
  expectAnswer(id: string, withinMs: number): ExpectedAnswer;
  /** Calls on each hint that the read model moved on. Returns the way to stop. */
  onPoke(listener: () => void): () => void;
}

export interface ExpectedAnswer {
  readonly replyTo: string;
  readonly answer: Promise<Uint8Array | undefined>;
  cancel(): void;
}

export const API_PARTS = Symbol('api parts');
