import { PRODUCT_SEQUENCES, strategyOf, type SequenceRef, type StepSettings, type Strategy } from '@homing/contracts';
import type { RegistryReader, Template, Tenant } from '@homing/vault/registry';
import type { NamedChain } from './intake-check.policy.js';
import type { IntakeItem } from './intake.types.js';

interface Steps {
  readonly strategy: Strategy;
  readonly sequence?: SequenceRef;
  readonly steps: readonly StepSettings[];
}

/** The steps of a batch's requests with their templates, in the order asked; undefined where a request has none, or names no sequence there is. */
export async function lookUpChains(
  registry: Pick<RegistryReader, 'findTemplates'>,
  items: readonly IntakeItem[],
  tenants: readonly (Tenant | undefined)[],
): Promise<(NamedChain | undefined)[]> {
  const chains = items.map(({ request }, i) => stepsOf(request, tenants[i]));
  const wanted = chains.flatMap((chain, i) =>
    (chain?.steps ?? []).flatMap(({ template: templateId }) =>
      templateId === undefined ? [] : [{ tenantId: items[i]?.tenantId ?? '', templateId }],
    ),
  );
  const templates = wanted.length > 0 ? await registry.findTemplates(wanted) : [];
  const found = templates.values();
  const next = (): Template | undefined => found.next().value ?? undefined;
  return chains.map(
    (chain) =>
      chain && {
        ...chain,
        steps: chain.steps.map((step) => ({ step, template: step.template === undefined ? undefined : next() })),
      },
  );
}

function stepsOf({ strategy, sequence, steps }: IntakeItem['request'], tenant: Tenant | undefined): Steps | undefined {
  if (steps) return { strategy: strategyOf(strategy, steps), steps };
  if (sequence === undefined) return undefined;
  const own = ownOf(tenant, sequence);
  const named = own ?? (Object.hasOwn(PRODUCT_SEQUENCES, sequence) ? PRODUCT_SEQUENCES[sequence] : undefined);
  if (!named) return undefined;
  return {
    strategy: strategyOf(named.strategy, named.steps),
    sequence: { name: sequence, version: own ? (tenant?.settingsVersion ?? 0) : 0 },
    steps: named.steps,
  };
}

function ownOf(tenant: Tenant | undefined, name: string) {
  const { sequences = {} } = tenant?.settings ?? {};
  return Object.hasOwn(sequences, name) ? sequences[name] : undefined;
}
