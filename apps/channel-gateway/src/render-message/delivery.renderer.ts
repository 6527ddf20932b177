import type { Channel, ContentRef, OutreachRequestDto } from '@homing/contracts';
import {
  attemptAddress,
  unsubscribeHeaders,
  type OutboundMessage,
  type Party,
  type ReplyAddresses,
  type UnsubscribeLinks,
} from '@homing/channels';
import { renderMessage, type ContentSource } from '@homing/content';
import type { Delivery, KnownOutreach } from '@homing/domain';
import { linkedInApproach, withoutSubject } from './linkedin.approach.js';
import { withSenderIdentity, type PostalAddressRule } from './sender.identity.js';
import { contactPoints } from '@homing/intake';
import type { OpenResult, VaultOpener } from '@homing/vault/open';
import type { RegistryReader, Sender, Template, Tenant } from '@homing/vault/registry';

export interface RenderParts {
  readonly vault: Pick<VaultOpener, 'openRequests'>;
  readonly registry: Pick<RegistryReader, 'findTemplateVersions' | 'findTenants'>;
  /** By provider; used where neither the request nor the tenant names a sender. */
  readonly defaultSenders: ReadonlyMap<string, Party>;
  /** Behind every email's one-click link. Absent: emails carry none. */
  readonly unsubscribe?: UnsubscribeLinks;
  /** Where emails ask to be answered. Absent: at the sender's own mailbox. */
  readonly reply?: ReplyAddresses;
  /** Of commercial email. Default `off`. */
  readonly postalAddress?: PostalAddressRule;
}

export interface ToRender {
  readonly state: KnownOutreach;
  readonly delivery: Delivery;
  readonly attempt: number;
  /** Who sends it. Default: whom the decision planned. */
  readonly provider?: string;
}

/** `impossible`: never sendable as it stands; `reason` is a code. */
export type Rendered =
  | { readonly kind: 'message'; readonly message: OutboundMessage }
  | { readonly kind: 'impossible'; readonly reason: string };

/** Opens and renders a micro-batch, set-wise: one read of the vault, cached templates and senders. In the order given; one that cannot be read rejects alone. */
export async function renderBatch(
  parts: RenderParts,
  batch: readonly ToRender[],
): Promise<PromiseSettledResult<Rendered>[]> {
  const requests = batch.map(({ state }) => state.request);
  const [opened, templates, tenants] = await Promise.all([
    parts.vault.openRequests(requests.map(({ outreachId, tenantId }) => ({ outreachId, tenantId }))),
    parts.registry.findTemplateVersions(
      batch.flatMap((item) => {
        const content = contentRefOf(item);
        const { tenantId } = item.state.request;
        return content.kind === 'template' ? [{ tenantId, id: content.templateUuid, version: content.version }] : [];
      }),
    ),
    parts.registry.findTenants(requests.map((request) => request.tenantId)),
  ]);
  const found = templates.values();
  return Promise.allSettled(
    batch.map(async (item, i) => {
      const template = contentRefOf(item).kind === 'template' ? found.next().value : undefined;
      return renderOne(item, {
        opened: opened[i],
        template,
        sender: tenants[i]?.sender ?? undefined,
        channels: tenants[i]?.settings.channels,
        fallback: parts.defaultSenders.get(item.provider ?? item.delivery.plan.provider) ?? NOBODY,
        unsubscribe: parts.unsubscribe,
        reply: parts.reply,
        postalAddress: parts.postalAddress ?? 'off',
      });
    }),
  );
}

/** A provider that is not set up sends nothing: nobody ever reads this. */
const NOBODY: Party = { address: '' };

/** The vault has no readable row for an accepted request: an operator's matter. */
export class RequestUnreadableError extends Error {
  readonly safeMessage = true;
  readonly code = 'REQUEST_UNREADABLE';

  constructor(kind: string) {
    super(`the sealed request is ${kind}`);
    this.name = 'RequestUnreadableError';
  }
}

interface Opened {
  readonly opened: OpenResult | undefined;
  readonly template: Template | undefined;
  readonly sender: Sender | undefined;
  /** How the tenant uses its channels. */
  readonly channels: Tenant['settings']['channels'] | undefined;
  readonly fallback: Party;
  readonly unsubscribe: UnsubscribeLinks | undefined;
  readonly reply: ReplyAddresses | undefined;
  readonly postalAddress: PostalAddressRule;
}

function renderOne({ state, delivery, attempt }: ToRender, parts: Opened): Rendered {
  // A missing or unreadable row is the vault's trouble (restored, misconfigured), not the recipient's: tried again until the deadline.
  if (parts.opened?.kind === 'erased') return { kind: 'impossible', reason: 'person_erased' };
  if (parts.opened?.kind !== 'opened') throw new RequestUnreadableError(parts.opened?.kind ?? 'missing');
  const request = parts.opened.request as OutreachRequestDto;
  const { channel, plan } = delivery;
  const address = contactPoints(request.recipient.contacts).filter((point) => point.channel === channel)[
    plan.contact.ordinal
  ]?.address;
  if (address === undefined) return { kind: 'impossible', reason: 'address_missing' };
  const content = contentOf({ state, delivery }, request, parts.template);
  if (!content) return { kind: 'impossible', reason: 'content_missing' };
  const rendered = renderMessage({
    source: content,
    channel,
    data: { ...request.content.data, recipient: { name: request.recipient.name ?? '' } },
    branding: parts.sender?.branding ?? {},
  });
  if (rendered.kind === 'fault') return { kind: 'impossible', reason: `content_${rendered.fault.kind}` };
  const { name } = request.recipient;
  const { tenantId, campaignKey, messageType } = state.request;
  const rule = channel === 'email' ? parts.postalAddress : 'off';
  const body = withSenderIdentity(rendered.message, { rule, messageType, branding: parts.sender?.branding ?? {} });
  if (!body) return { kind: 'impossible', reason: 'postal_address_missing' };
  const approach = linkedInApproach(request.recipient, state, delivery);
  const from = senderOf(parts, channel, request.sender);
  const replyTo =
    channel === 'email' ? replyToOf(parts, { asked: request.replyTo, from, delivery, attempt }) : undefined;
  return {
    kind: 'message',
    message: {
      deliveryId: delivery.deliveryId,
      attempt,
      tenantId,
      ...(campaignKey === undefined ? {} : { campaignKey }),
      to: party(address, name),
      from,
      ...(replyTo === undefined ? {} : { replyTo }),
      ...withoutSubject(body, approach),
      ...approach,
      ...headersOf(parts, { channel, tenantId, deliveryId: delivery.deliveryId, attempt }),
    },
  };
}

/** The mailbox that the request names; else an address of ours that names the attempt; else the tenant's own. */
function replyToOf(
  { reply, sender }: Opened,
  { asked, from, delivery, attempt }: { asked: string | undefined; from: Party; delivery: Delivery; attempt: number },
): Party | undefined {
  if (asked !== undefined) return party(asked);
  const ours = reply && attemptAddress('reply', { deliveryId: delivery.deliveryId, attempt }, reply);
  if (ours) return party(ours, from.name);
  return typeof sender?.replyTo === 'string' ? party(sender.replyTo) : undefined;
}

/** Ours alone: no caller sets the headers of a message. */
function headersOf(
  { unsubscribe }: Opened,
  { channel, ...ref }: { channel: Channel; tenantId: string; deliveryId: string; attempt: number },
): Pick<OutboundMessage, 'headers'> {
  return channel === 'email' && unsubscribe ? { headers: unsubscribeHeaders(unsubscribe, ref) } : {};
}

function contentOf(
  of: Pick<ToRender, 'state' | 'delivery'>,
  request: OutreachRequestDto,
  template: Template | undefined,
): ContentSource | undefined {
  if (contentRefOf(of).kind === 'literal') {
    return request.content.literal && { kind: 'literal', bodies: request.content.literal };
  }
  return template && { kind: 'template', bodies: template.bodies };
}

/** Of a step its own, else that of the request. */
const contentRefOf = ({ state, delivery }: Pick<ToRender, 'state' | 'delivery'>): ContentRef =>
  delivery.plan.content ?? state.request.content;

const party = (address: string, name?: string): Party => ({ address, ...(name === undefined ? {} : { name }) });
/**
 * Of email the request's, else the channel's own, else the tenant's, else the installation's; an address and a name each. Every other
 * channel is sent from what its provider has an account for: a number, a page.
 */
function senderOf(
  { sender, channels, fallback }: Opened,
  channel: Channel,
  asked: OutreachRequestDto['sender'],
): Party {
  if (channel !== 'email') return fallback;
  if (asked) return party(asked.email, asked.name);
  const { from_email: address, from_name: name } = channels?.[channel]?.settings ?? {};
  const wider = sender ? party(sender.email, sender.name) : fallback;
  if (address === undefined && name === undefined) return wider;
  return party(address ?? wider.address, name ?? wider.name);
}
