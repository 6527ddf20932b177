import { IsIn, IsInt, IsOptional, IsUUID, Matches, Max, Min } from 'class-validator';

/** Who asked, for the audit trail: a service, or a key of the API. Never a person's name or address. */
export const ACTOR = /^[\w.:-]{1,100}$/;
/** A provider's id of a message, as an operator may state it. Addresses have no place in it. */
export const PROVIDER_MESSAGE_ID = /^[\w.:<>=/~+-]{1,200}$/;
/** A reference to where the reason is kept (`TICKET-4711`): events live for ever, so prose is refused. */
export const REFERENCE = /^[\w.:#/-]{1,64}$/;

/** Cancel what has not started. What is under way cannot be called back; nothing follows it. */
export class CancelOutreachDto {
  @IsIn(['cancel']) kind!: 'cancel';
  @IsUUID() tenantId!: string;
  @IsUUID() outreachId!: string;
  @Matches(ACTOR) by!: string;
}

/** An operator knows what became of an attempt whose outcome is unknown. */
export class SettleUnknownDto {
  @IsIn(['settle_unknown']) kind!: 'settle_unknown';
  @IsUUID() tenantId!: string;
  @IsUUID() outreachId!: string;
  @IsInt() @Min(1) @Max(999) leg!: number;
  @IsInt() @Min(1) @Max(1_000_000) attempt!: number;
  /** `sent`: the provider has it. `not_sent`: it surely has not; the leg goes on with its retries. */
  @IsIn(['sent', 'not_sent']) outcome!: 'sent' | 'not_sent';
  @IsOptional() @Matches(PROVIDER_MESSAGE_ID) providerMessageId?: string;
  @IsOptional() @Matches(REFERENCE) note?: string;
  @Matches(ACTOR) by!: string;
}

/** Look at this outreach and do whatever follows from how it stands. */
export class FollowOutreachDto {
  @IsIn(['follow']) kind!: 'follow';
  @IsUUID() tenantId!: string;
  @IsUUID() outreachId!: string;
}

/**
 * `outreach.command`, data of the CloudEvent: something to be done to one outreach, decided by the orchestrator at the exact
 * revision. Doing it twice is harmless. Who may publish it is trusted with the tenant and the actor it names.
 */
export type OutreachCommand = CancelOutreachDto | SettleUnknownDto | FollowOutreachDto;

/** One delivery as it stands after a command. */
export interface CommandedDelivery {
  readonly deliveryId: string;
  readonly channel: string;
  readonly state: string;
}

/**
 * - `cancelled`: something that was still to come will not happen
 * - `nothing_to_cancel`: settled otherwise, or only attempts under way that cannot be called back; of these nothing follows
 * - `not_found`: the tenant has no such outreach
 */
export interface CancelAnswer {
  readonly kind: 'cancel';
  readonly outreachId: string;
  readonly status: 'cancelled' | 'nothing_to_cancel' | 'not_found';
  readonly deliveries: readonly CommandedDelivery[];
}

/**
 * - `settled`: it stands so, by this command or an earlier one that said the same
 * - `not_unknown`: something else is known of the attempt; `state` says what
 * - `under_way`: it is being re-sent under its key at this moment; ask again after `retryAfterSeconds`
 * - `not_found`: the tenant has no such attempt
 */
export interface SettleAnswer {
  readonly kind: 'settle_unknown';
  readonly outreachId: string;
  readonly leg: number;
  readonly attempt: number;
  readonly status: 'settled' | 'not_unknown' | 'under_way' | 'not_found';
  /** State of the attempt now. */
  readonly state?: string;
  readonly retryAfterSeconds?: number;
}

/** What the publisher of a command is told, over core NATS, when it named an inbox. `follow` is not answered. */
export type CommandAnswer = CancelAnswer | SettleAnswer;
