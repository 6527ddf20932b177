import type { RecentAttempt, RecentFilter } from './recent-attempts.queries.js';
import type { Channel } from '@homing/contracts';
import type { OutreachStateName } from '@homing/domain';
import type { LedgerBalanceRow, OpenReservationRow } from '../tables/ledger.tables.js';
import type { StaleFilter, StaleReservation } from './ledger.queries.js';
import type { SilentFilter, SilentOutreach } from './silent.queries.js';
import type { ConsentWordRow } from '../tables/consent.tables.js';
import type { SuppressionRow } from '../tables/suppression.tables.js';
import type { EngagementFilter, EngagementRow } from './engagement.queries.js';
import type { ConversionCount, LastDelivered } from './conversion.queries.js';
import type { LeadRow } from '../tables/lead.tables.js';
import type { LeadFilter } from './lead.queries.js';
import type { AssistedTaskFilter } from './assisted.queries.js';
import type { AssistedTaskRow } from '../tables/assisted.tables.js';
import type { RoutingCount, RoutingFilter } from './routing.queries.js';
import type { SendHourCount, SendHourFilter } from './send-hour.queries.js';
import type { DecisionsPage, PastDecisionRow, SpokenForFilter, SpokenForRow } from './decision.queries.js';
import type { ContactsPage } from './suppression.queries.js';
import type { CampaignMember, Resting, WakeCampaigns } from './resting.queries.js';
import type {
  AttemptRow,
  DeliveryRow,
  FoldedStateRow,
  Instant,
  OutreachRow,
  ProgressRow,
  TimelineRow,
  TimetableKind,
  TimetableRow,
  UnknownOutcomeRow,
} from '../tables/read-model.tables.js';

export type { DecisionsPage, PastDecisionRow, SpokenForFilter, SpokenForRow } from './decision.queries.js';
export type { StaleFilter, StaleReservation } from './ledger.queries.js';
export type { SilentFilter, SilentOutreach } from './silent.queries.js';
export type { EngagementFilter, EngagementRow } from './engagement.queries.js';
export type { ConversionCount, LastDelivered } from './conversion.queries.js';
export type { LeadFilter } from './lead.queries.js';
export type { AssistedTaskFilter } from './assisted.queries.js';
export type { RoutingCount, RoutingFilter } from './routing.queries.js';
export type { SendHourCount, SendHourFilter } from './send-hour.queries.js';
export type { ContactsPage } from './suppression.queries.js';
export type { CampaignMember, Resting, WakeCampaigns } from './resting.queries.js';

/** What a tenant may ask. Each call is one short transaction that sees rows of that tenant only. */
export interface TenantQueries {
  findOutreach(tenantId: string, outreachId: string): Promise<OutreachDetail | undefined>;
  /** Every recorded event of one outreach, oldest first; empty when there is none. */
  timeline(tenantId: string, outreachId: string): Promise<TimelineRow[]>;
  /** Newest accepted first. */
  listOutreach(filter: OutreachFilter): Promise<Page<OutreachRow>>;
  /** Recorded events after a position, oldest first, without gap: resume with the last row's position. */
  feedAfter(resume: { tenantId: string; afterPosition: bigint; limit: number }): Promise<TimelineRow[]>;
  /** Attempts whose outcome is open, longest open first. */
  listUnknown(filter: { tenantId: string; cursor?: string; limit: number }): Promise<Page<UnknownOutcomeRow>>;
  /** Messages that people were asked to send by hand, longest waiting first. */
  listTasks(filter: AssistedTaskFilter): Promise<Page<AssistedTaskRow>>;
  findTask(of: { tenantId: string; deliveryId: string; attempt: number }): Promise<AssistedTaskRow | undefined>;
  /** @param accepted outreach known to be accepted for it: those that have no row yet count as accepted, so as pending. */
  campaignStatus(tenantId: string, campaignKey: string, accepted?: readonly string[]): Promise<CampaignStatus>;
  /** Budgets and quotas of campaigns: the whole of each, and its days from `sinceDay` (`2026-05-01`) on where that is given. */
  campaignBalances(tenantId: string, campaignKeys: readonly string[], sinceDay?: string): Promise<LedgerBalanceRow[]>;
  /** Undefined of one of whom nothing was ever asked. */
  findLead(tenantId: string, leadId: string): Promise<LeadRow | undefined>;
  /** In the order of their ids. */
  listLeads(filter: LeadFilter): Promise<Page<LeadRow>>;
  /** Messages of a campaign that a provider took; of one outreach there may be several. A retry is none of its own. */
  campaignMessages(tenantId: string, campaignKey: string): Promise<number>;
  /** The conversions of a campaign, by kind and currency. */
  conversions(tenantId: string, campaignKey: string): Promise<ConversionCount[]>;
  /** How the outreach accepted in some hours were routed, and what came of it: one row for each count that is not nothing. */
  routing(filter: RoutingFilter): Promise<RoutingCount[]>;
  /** What messages came to by the hour of the person's week in which they started; in any order. */
  sendHours(filter: SendHourFilter): Promise<SendHourCount[]>;
  /** Recorded decisions with what became of them, oldest first; resume after the last row. */
  decisions(page: DecisionsPage): Promise<PastDecisionRow[]>;
  /** What campaigns had spoken for before an instant; campaigns without any are left out. */
  spokenFor(filter: SpokenForFilter): Promise<SpokenForRow[]>;
  /** Everything up to and including this position of the store is in the rows; 0 when nothing is. */
  currentPosition(): Promise<bigint>;
}

/** What the system asks, over all tenants. Needs the system role. */
export interface SystemQueries {
  /** In any order; ids without a row are left out. */
  foldedStates(outreachIds: readonly string[]): Promise<FoldedStateRow[]>;
  /** What may be woken now: within a tenant by urgency, then by due time; tenants take turns. */
  dueEntries(due: DueFilter): Promise<TimetableRow[]>;
  /**
   * Counts a wake of each entry that still stands as it was read, and puts it off until `nextWakeAt`. Returns the entries it
   * counted, with the new `wakes`; the others were woken or moved on by somebody else.
   */
  markWoken(woken: Woken): Promise<TimetableRow[]>;
  /** Which of these outreach belong to a campaign, and to which; in any order. */
  campaignMembers(outreachIds: readonly string[]): Promise<CampaignMember[]>;
  /** Leaves entries alone for a while without counting a wake; those that somebody woke meanwhile stay as they are. */
  restEntries(resting: readonly Resting[]): Promise<void>;
  /** Starts of these campaigns may be woken from now on. Returns how many there were. */
  wakeCampaigns(wake: WakeCampaigns): Promise<number>;
  /** What tenants' messages came to of late, by channel and customer type; in any order. */
  engagement(filter: EngagementFilter): Promise<EngagementRow[]>;
  /** The same by the hour of the person's week in which a message started; people of whom no zone is known are left out. */
  sendHours(filter: EngagementFilter): Promise<(SendHourCount & { readonly hourOfWeek: number })[]>;
  /** The last outreach of a campaign that had reached a person; undefined when none had. */
  lastDelivered(asked: LastDelivered): Promise<string | undefined>;
  /** What was ever said of addresses, by fingerprint; each contact with all its reasons. */
  suppressions(page: ContactsPage): Promise<SuppressionRow[]>;
  /** Every word of consent that was said of addresses, by fingerprint; each contact with all its words, in the order of its stream. */
  consentWords(page: ContactsPage): Promise<ConsentWordRow[]>;
  /** The timeline of all tenants after a position, oldest first, without gap and without the events' data. */
  eventsAfter(resume: { afterPosition: bigint; limit: number }): Promise<TransitionRow[]>;
  /** Attempts by the provider's own id; those nobody knows (yet) are left out. */
  attemptsByProviderMessage(ids: readonly ProviderMessage[]): Promise<AttemptRow[]>;
  /** What was sent to people on one channel within a time, newest first. */
  recentAttempts(filter: RecentFilter): Promise<RecentAttempt[]>;
  /** Outreach whose open reservations may be nobody's. */
  staleReservations(filter: StaleFilter): Promise<StaleReservation[]>;
  openReservations(outreachId: string): Promise<OpenReservationRow[]>;
  /** What providers took and nobody has said a last word of. */
  silentOutreach(filter: SilentFilter): Promise<SilentOutreach[]>;
  currentPosition(): Promise<bigint>;
  /** How much is open over all tenants, for metrics. */
  openCounts(now: string): Promise<OpenCounts>;
  /** Where the readers of the store stand: the rows (`read-model`) and their publication (`integration-events`). */
  progress(): Promise<ProgressView[]>;
}

export interface OpenCounts {
  /** Attempts whose outcome is unknown. */
  readonly unknownOutcomes: number;
  /** Entries of the timetable that may be woken at that instant. */
  readonly overdue: number;
}

/** With ages reckoned by the database's clock. */
export interface ProgressView extends ProgressRow {
  /** What is in is at most so many seconds old; null when it never was complete. */
  readonly secondsBehind: number | null;
  /** Positions are the store's own measure (bytes, in EventStoreDB), no count of events. */
  readonly positionsBehind: bigint;
  /** Seconds since it said something. */
  readonly silentSeconds: number;
}

/** A recorded event without its data. */
export type TransitionRow = Omit<TimelineRow, 'eventData'>;

export interface OutreachDetail {
  readonly outreach: OutreachRow;
  /** By leg. */
  readonly deliveries: readonly (DeliveryRow & { readonly attemptList: readonly AttemptRow[] })[];
}

export interface OutreachFilter {
  readonly tenantId: string;
  /** Of the page before; absent for the first. @throws InvalidCursorError */
  readonly cursor?: string;
  /** 1..500 */
  readonly limit: number;
  readonly state?: OutreachStateName;
  readonly personId?: string;
  readonly campaignKey?: string;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Absent on the last page. */
  readonly nextCursor?: string;
}

export interface DueFilter {
  readonly now: Instant;
  readonly limit: number;
  readonly kind?: TimetableKind;
  /** Every kind but this. */
  readonly except?: TimetableKind;
  readonly channel?: Channel;
}

export interface Woken {
  readonly entries: readonly Pick<TimetableRow, 'deliveryId' | 'kind' | 'attempt' | 'wakes'>[];
  readonly now: Instant;
  readonly nextWakeAt: Instant;
}

export interface ProviderMessage {
  readonly provider: string;
  readonly providerMessageId: string;
}

/** audience = sent + skipped + failed + pending + unknown + refused, always. */
export interface CampaignStatus {
  readonly audience: number;
  /** The provider took it (queued there, delivered, opened ...; bounced too) and did not say that it failed. */
  readonly sent: number;
  readonly skipped: number;
  readonly failed: number;
  readonly pending: number;
  readonly unknown: number;
  readonly refused: number;
  /** Counts by the outreach's state. */
  readonly states: Readonly<Record<string, number>>;
  /** Of the refused, skipped and failed: how many for which reason, most first. */
  readonly reasons: readonly CampaignReason[];
}

export interface CampaignReason {
  readonly bucket: CampaignBucket;
  /** Of a refusal: the step that refused. */
  readonly step: string | null;
  readonly reason: string;
  readonly count: number;
}

export type CampaignBucket = 'sent' | 'skipped' | 'failed' | 'pending' | 'unknown' | 'refused';
