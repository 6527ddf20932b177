import type { Channel, FieldFault, SequenceRef, StepSettings, Strategy } from '@homing/contracts';
import type { Campaign, Template, Tenant } from '@homing/vault/registry';
import { contactPoints } from './contact-points.js';
import type { IntakeItem } from './intake.types.js';

/** What the registry knows of the things a request names; absent means unknown. */
export interface NamedThings {
  readonly tenant?: Tenant | undefined;
  readonly template?: Template | undefined;
  /** Of a request that leaves it to its type: each channel's template for it, where it names one that exists. */
  readonly byType?: ReadonlyMap<Channel, Template> | undefined;
  readonly campaign?: Campaign | undefined;
  /** Of a request with steps, its own or those of a sequence that exists. */
  readonly chain?: NamedChain | undefined;
}

export interface NamedChain {
  readonly strategy: Strategy;
  readonly sequence?: SequenceRef;
  readonly steps: readonly NamedStep[];
}

export interface NamedStep {
  readonly step: StepSettings;
  readonly template: Template | undefined;
}

/** What makes a well-formed request impossible all the same. Names fields, never values. */
export function checkIntake(item: IntakeItem, named: NamedThings): FieldFault[] {
  const { request } = item;
  const faults: FieldFault[] = [];
  const fault = (field: string, code: string, message: string): void => void faults.push({ field, code, message });

  if (!named.tenant || named.tenant.status !== 'active') fault('tenantId', 'unknown_tenant', 'is not an active tenant');
  if (request.content.templateId !== undefined && !named.template) {
    const field = request.content.version === undefined ? 'content.templateId' : 'content.version';
    fault(field, 'unknown_template', 'no such template (or version of it) exists for this tenant');
  }
  if (named.byType?.size === 0)
    fault('messageType', 'no_template', 'no channel names a template for messages of this type: give content');
  if (request.campaignId !== undefined && !named.campaign) {
    fault('campaignId', 'unknown_campaign', 'no such campaign exists for this tenant');
  }
  if (contactPoints(request.recipient.contacts).length === 0) {
    fault('recipient.contacts', 'no_usable_address', 'holds no address of any channel');
  }
  if (request.sender !== undefined && domainOf(request.sender.email) !== domainOf(named.tenant?.sender?.email)) {
    fault('sender.email', 'sender_not_allowed', 'is not of the domain the tenant sends from');
  }
  if (request.sequence !== undefined && named.tenant && !named.chain)
    fault('sequence', 'unknown_sequence', 'no such sequence exists for this tenant');
  // Of a named sequence a step without its template is passed over: one missing template must not stop the whole.
  const own = request.steps === undefined ? [] : (named.chain?.steps ?? []);
  own.forEach(({ step, template }, i) => {
    if (step.template !== undefined && !template)
      fault(`steps[${i}].template`, 'unknown_template', 'no such template exists for this tenant');
  });
  // A deadline that passed while it waited for us is for the decision to refuse, with its reason where everybody looks for it.
  const offered = Date.parse(item.offeredAt ?? item.receivedAt);
  if (request.expiresAt !== undefined && Date.parse(request.expiresAt) <= offered) {
    fault('expiresAt', 'deadline_passed', 'has already passed');
  } else if (request.sendAt !== undefined && Date.parse(request.sendAt) >= deadlineOf(request.expiresAt)) {
    fault('sendAt', 'after_deadline', 'is not before expiresAt');
  }
  return faults;
}

const deadlineOf = (expiresAt: string | undefined): number =>
  expiresAt === undefined ? Infinity : Date.parse(expiresAt);

/** Providers verify domains for the whole installation: a tenant may only name senders of its own. */
export const domainOf = (address: string | undefined): string => address?.split('@').at(-1)?.toLowerCase() ?? '(none)';
