import { createIdDeriver } from '@homing/contracts';
import { DEFAULT_POLICY } from '@homing/domain';
import { createLedgers } from '@homing/event-store/ledger';
import { createIntake } from '@homing/intake';
import { OutreachRequestedController } from '../../../apps/orchestrator/src/decide-outreach/outreach-requested.controller.js';
import { OutreachDecider } from '../../../apps/orchestrator/src/decide-outreach/outreach.decider.service.js';
import { heldBackOf } from '../../../apps/orchestrator/src/keep-books/held-back.gatherer.js';
import { gatherRules, PRODUCT_RULES } from '../../../apps/orchestrator/src/keep-books/policy.gatherer.js';
import { OutreachCommandController } from '../../../apps/orchestrator/src/obey-command/outreach-command.controller.js';
import type { ReactParts } from '../../../apps/orchestrator/src/react-to-event/reaction.handler.js';
import { TransitionController } from '../../../apps/orchestrator/src/react-to-event/transition.controller.js';
import { ProviderSignalController } from '../../../apps/orchestrator/src/record-signal/provider-signal.controller.js';
import {
  SignalRecorder,
  type Unmatched,
} from '../../../apps/orchestrator/src/record-signal/signal.recorder.service.js';
import { ContactCommandController } from '../../../apps/orchestrator/src/suppress-contact/contact-command.controller.js';
import { ContactKeeper } from '../../../apps/orchestrator/src/suppress-contact/contact.keeper.js';
import { repairSuppressions } from '../../../apps/orchestrator/src/suppress-contact/suppression.repair.js';
import { idleUntil } from '../engine/idle.wait.js';
import type { Life } from '../engine/process.life.js';
import { FORGED } from './ingestion.service.js';
import type { Ports, World } from '../world/sim.world.js';
import { loop } from './scheduler.service.js';

export const IDS = createIdDeriver('5a7c1e56-3a5f-4f0e-9a44-7b1b6f1c1d10');

/** The product's orchestrator, wired as `orchestrator.wiring.ts` wires it. */
export function startOrchestrator(world: World, life: Life): void {
  const ports = world.portsOf(life);
  const { store, vault, registry, publisher, timers, instant: now, suppressions } = ports;
  const instance = life.name;
  const intake = createIntake({ vault, registry, ids: IDS });
  const react = reactParts(ports, instance);
  // Nobody's consent is asked for or withdrawn in this world.
  const consents = { saveConsents: async () => undefined };
  const contacts = new ContactKeeper({ store, contacts: suppressions, consents, instance, timers });
  const notify = (): void => undefined;
  const decider = new OutreachDecider({
    ...{ store, vault, intake, publisher, timers, instance, now },
    bus: { notify: () => true },
    policy: DEFAULT_POLICY,
    window: ports.window(),
    books: react.books,
    foldedStates: react.foldedStates,
    rulesOf: (requests) => gatherRules(registry, DEFAULT_POLICY, requests),
    suppressed: heldBackOf(suppressions),
  });
  const { defaultLifetimeHours } = DEFAULT_POLICY;
  for (const controller of [
    new OutreachRequestedController(decider),
    new OutreachCommandController({ follow: react, vault, defaultLifetimeHours, notify }),
    new ContactCommandController({ contacts, now, notify }),
    new ProviderSignalController(new SignalRecorder({ ...react, contacts, timers, publisher, ...unmatched(world) })),
    new TransitionController({ ...react, contacts }),
  ])
    world.bus.subscribe(life, controller);
  keepGateTrue(world, life, ports);
}

/** Every hour, and when it begins, as `repairRound` has it; without the repairs that would find nothing to mend. */
function keepGateTrue(
  { rows: { tables, changes }, contacts }: World,
  life: Life,
  { rows, suppressions, timing }: Ports,
): void {
  const latest = (): bigint =>
    [...tables.suppressions.values()].reduce((most, row) => max(most, row.updatedPosition), 0n);
  let doneAt = -Infinity;
  let doneFor = -1n;
  const dueIn = (): number | undefined =>
    doneFor !== latest() && contacts.isBehind(tables.suppressions.values())
      ? Math.max(0, doneAt + REPAIR_EVERY_MS - timing.monotonic())
      : undefined;
  const round = async (): Promise<void> => {
    await idleUntil(life, dueIn, changes);
    const upTo = latest();
    await repairSuppressions({ readModel: rows, contacts: suppressions });
    [doneAt, doneFor] = [timing.monotonic(), upTo];
  };
  loop({ life, everyMs: 60_000, random: timing.random, round });
}

const REPAIR_EVERY_MS = 3_600_000;
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Providers here echo our ids: what matches nothing all the same is forged. */
const unmatched = ({ watch }: World): Unmatched => ({
  matcher: {
    find: async (signals) => signals.map(() => undefined),
    hasPassed: async () => true,
    awaitProjection: async () => undefined,
    forget: () => undefined,
  },
  parker: {
    park: async ({ providerEventId }, why) => {
      if (!providerEventId.startsWith(FORGED)) watch.broken('dead-letters', `${providerEventId} is parked: ${why}`);
    },
  },
});

function reactParts(
  { store, rows, registry, suppressions, timing, instant: now, books }: Ports,
  instance: string,
): ReactParts {
  return {
    store,
    foldedStates: async (ids) => {
      const found = ids.length > 0 ? await rows.foldedStates(ids) : [];
      return new Map(found.map(({ outreachId, state, revision }) => [outreachId, { state, revision }]));
    },
    books: books(createLedgers({ store, instance, now, newId: timing.randomId })),
    rulesOf: async (request) => (await gatherRules(registry, DEFAULT_POLICY, [request]))[0] ?? PRODUCT_RULES,
    suppressed: heldBackOf(suppressions),
    openReservations: (outreachId) => rows.openReservations(outreachId),
    instance,
    now,
  };
}
