import { CHANNELS, type Channel } from '@homing/contracts';
import { channelDefaults } from '@homing/domain';
import type { RegistryReader, Template, Tenant } from '@homing/vault/registry';
import type { IntakeItem } from './intake.types.js';

/** True of a request that names no content, neither its own nor that of steps: the channels' templates for its type are meant. */
export const leavesContentToItsType = ({ content, messageType, steps, sequence }: IntakeItem['request']): boolean =>
  content.templateId === undefined &&
  content.literal === undefined &&
  messageType !== undefined &&
  steps === undefined &&
  sequence === undefined;

/** Of each such request the channels' templates for its type, in the order asked; a channel that names none, or one there is not, is left out. */
export async function lookUpTyped(
  registry: Pick<RegistryReader, 'findTemplates'>,
  items: readonly IntakeItem[],
  tenants: readonly (Tenant | undefined)[],
): Promise<ReadonlyMap<Channel, Template>[]> {
  const names = items.map(({ request }, i) => templatesFor(request.messageType ?? '', tenants[i]));
  const wanted = names.flatMap((byChannel, i) =>
    byChannel.map(([, templateId]) => ({ tenantId: items[i]?.tenantId ?? '', templateId })),
  );
  const found = (wanted.length > 0 ? await registry.findTemplates(wanted) : []).values();
  return names.map((byChannel) => {
    const templates = byChannel.map(([channel]) => [channel, found.next().value] as const);
    return new Map(
      templates.flatMap(([channel, template]) => (template?.bodies[channel] ? [[channel, template] as const] : [])),
    );
  });
}

function templatesFor(type: string, tenant: Tenant | undefined): (readonly [Channel, string])[] {
  return CHANNELS.flatMap((channel) => {
    const templates = tenant?.settings.channels?.[channel]?.templates ?? channelDefaults(channel).templates ?? {};
    const name = Object.hasOwn(templates, type) ? templates[type] : undefined;
    return name === undefined ? [] : [[channel, name] as const];
  });
}
