import { IsIn, IsOptional, IsUUID, Matches } from 'class-validator';
import { CHANNELS, type Channel } from '../channel.js';
import {
  CONSENT_PURPOSES,
  CONSENT_SOURCES,
  type ConsentPurpose,
  type ConsentSource,
} from '../events/consent-events.js';
import { LIFT_REASONS, type LiftReason } from '../events/contact-events.js';
import { IsInstant } from '../request/instant.rule.js';
import { ACTOR, REFERENCE } from './outreach-command.js';

/** A keyed fingerprint: 43 base64url characters. Never an address. */
export const FINGERPRINT = /^[\w-]{43}$/;
/** An address as people recognise it and nobody can use it; the stars are what makes it one. */
export const MASK = /^(?=.*\*\*\*)\S{3,100}$/;

class ContactDto {
  @IsUUID() tenantId!: string;
  @Matches(FINGERPRINT) fingerprint!: string;
  @IsIn(CHANNELS) channel!: Channel;
  @IsOptional() @Matches(REFERENCE) note?: string;
  @Matches(ACTOR) by!: string;
}

/** An operator wants nothing more to be sent to this address. */
export class SuppressContactDto extends ContactDto {
  @IsIn(['suppress']) kind!: 'suppress';
  @IsOptional() @Matches(MASK) mask?: string;
}

/** An operator lifts whatever holds this address back. */
export class LiftSuppressionDto extends ContactDto {
  @IsIn(['lift']) kind!: 'lift';
  @IsIn(LIFT_REASONS) because!: LiftReason;
}

class ConsentDto extends ContactDto {
  @IsUUID() consentId!: string;
  @IsIn(CONSENT_PURPOSES) purpose!: ConsentPurpose;
  @IsIn(CONSENT_SOURCES) source!: ConsentSource;
  /** When it was said; what lies in the future was said now. Default: when it is recorded. */
  @IsOptional() @IsInstant() at?: string;
}

/** A person's consent, to be kept. */
export class GrantConsentDto extends ConsentDto {
  @IsIn(['grant_consent']) kind!: 'grant_consent';
  @Matches(REFERENCE) evidence!: string;
  @IsOptional() @Matches(REFERENCE) wording?: string;
  @IsOptional() @IsInstant() validUntil?: string;
}

/** A person's consent is withdrawn. */
export class WithdrawConsentDto extends ConsentDto {
  @IsIn(['withdraw_consent']) kind!: 'withdraw_consent';
  @IsOptional() @Matches(REFERENCE) evidence?: string;
}

/**
 * `contact.command`, data of the CloudEvent: something to be recorded of one address, decided by the orchestrator at the exact
 * revision. Doing it twice is harmless. Who may publish it is trusted with the tenant and the actor it names.
 */
export type ContactCommandMessage = SuppressContactDto | LiftSuppressionDto | GrantConsentDto | WithdrawConsentDto;

/** What the publisher is told, over core NATS, when it named an inbox: it stands, and the gate knows. */
export interface ContactAnswer {
  readonly fingerprint: string;
  /** `unchanged`: it stood so before. */
  readonly status: 'suppressed' | 'lifted' | 'granted' | 'withdrawn' | 'unchanged';
}
