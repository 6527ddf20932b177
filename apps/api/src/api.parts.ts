import type { DecisionPolicy } from '@homing/domain';
import type { AssistedRequest, Channel, CloudEvent, DeskRequest, WebhookHealthReport } from '@homing/contracts';
import type { RequestIntake } from '@homing/intake';
import type { PublishedNewer } from '@homing/messaging';
import type { Logger } from '@homing/service-kit';
import type { TenantQueries } from '@homing/read-model';
import type { VaultEraser } from '@homing/vault/erase';
import type { VaultIntake } from '@homing/vault/intake';
import type { AnswerKey, InboundView, LetterView, TaskAnswerKey } from '@homing/vault/letters';
import type { Registry, WebhookAccounts } from '@homing/vault/registry';
import type { SealWebhookKey } from '@homing/vault/seal';
import type { ConsentView } from '@homing/vault/consent';
import type { SuppressionView } from '@homing/vault/suppression';
import type { ApiBatches } from './take-batch/batch.parts.js';
import type { KeysEvent } from './keep-webhooks/account.keeper.js';
import type { RateLimit } from './security/rate.limiter.js';

/** Everything the routes lean on. Production wires it in `stores/`, tests hand in what they like. */
export interface ApiParts {
  readonly registry: Pick<Registry, 'verifyApiKey' | 'findCampaign' | SettingsOfRegistry>;
  readonly intake: RequestIntake;
  readonly batches: ApiBatches;
  readonly accepted: Pick<VaultIntake, 'loadAccepted' | 'listUnfedOfCampaign'>;
  readonly persons: Pick<VaultEraser, 'findPerson'>;
  readonly queries: TenantQueries;
  readonly letters: ApiLetters;
  /** A key pair for one answer about one task. */
  readonly createTaskKey: () => TaskAnswerKey;
  readonly inbound: InboundView;
  readonly suppressions: SuppressionView;
  readonly consents: ApiConsents;
  readonly addresses: ApiAddresses;
  readonly bus: ApiBus;
  /** Absent where the installation keeps no webhook accounts. */
  readonly webhooks?: ApiWebhooks;
  /** Aborted when the service begins to stop. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
  readonly settings: ApiSettings;
}

type SettingsOfRegistry =
  | 'findCampaignsById'
  | 'readTenant'
  | 'readCampaign'
  | 'listCampaigns'
  | 'createCampaign'
  | 'changeCampaign'
  | 'changeTenantSettings';

/** What people allow: seen here, kept by the orchestrator. */
export interface ApiConsents extends ConsentView {
  /** The id of a word by what makes it this one: the same for the same. */
  idOf(tenantId: string, word: string): string;
}

/** What stands for an address once it was read. */
export interface ApiAddresses {
  /** Keyed hash within the tenant; undefined where it is no address of the channel. */
  fingerprint(tenantId: string, channel: Channel, address: string): string | undefined;
  mask(channel: Channel, address: string): string;
}

/** What waits for an operator: to be seen here, to be ended by the desk. */
export interface ApiLetters {
  readonly view: LetterView;
  /** A key pair for one answer of the desk. */
  createAnswerKey(): Promise<AnswerKey>;
  /** Seals a repaired body for the desk. */
  sealRepair(bytes: Uint8Array, letterId: string): Promise<Uint8Array>;
}

/** Who may call ingestion besides the installation's own accounts, and what ingestion says of it. */
export interface ApiWebhooks {
  readonly accounts: WebhookAccounts;
  /** To ingestion's own pair: nothing here can open it. */
  readonly seal: SealWebhookKey;
  /** Accounts with keys that one tenant may have. */
  readonly most: number;
  /** Tells ingestion, unless something as new was said already. @throws when the bus does not hold it, or nobody knows */
  readonly tell: (said: KeysEvent) => Promise<PublishedNewer>;
  /** What each process of ingestion said last. */
  readonly reports: () => Promise<readonly WebhookHealthReport[]>;
}

export interface ApiSettings {
  /** Of the installation, before its tenants have said anything. */
  readonly policy: DecisionPolicy;
  readonly rateLimit: RateLimit;
  /** Wait for the decision in milliseconds. */
  readonly decisionWaitMs: number;
  /** Wait for the desk of the dead letters in milliseconds. */
  readonly deskWaitMs: number;
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
  /** Has something recorded of an address; as `publishRequested`. */
  publishContactCommand(event: CloudEvent, message: { tenantId: string; key: string; replyTo?: string }): Promise<void>;
  /** Reports a conversion; as `publishRequested`. */
  publishConversion(event: CloudEvent, message: { tenantId: string; key: string; replyTo?: string }): Promise<void>;
  /** Listens for one answer over core NATS; `id` is used once at a time. Undefined when none came in time. */
  expectAnswer(id: string, withinMs: number): ExpectedAnswer;
  /** Asks the desk over core NATS. False: nobody can be asked now. */
  tellDesk(request: DeskRequest): boolean;
  /** Asks a gateway about a task over core NATS. False: nobody can be asked now. */
  tellTaskDesk(request: AssistedRequest): boolean;
  /** Calls on each hint that the read model moved on. Returns the way to stop. */
  onPoke(listener: () => void): () => void;
}

export interface ExpectedAnswer {
  readonly replyTo: string;
  readonly answer: Promise<Uint8Array | undefined>;
  cancel(): void;
}

export const API_PARTS = Symbol('api parts');
