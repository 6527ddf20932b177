import { Collector } from '@homing/messaging';
import {
  renderBatch,
  type Rendered,
  type ToRender,
} from '../../../apps/channel-gateway/src/render-message/delivery.renderer.js';
import { dispatchControllerOf } from '../../../apps/channel-gateway/src/send-delivery/dispatch.controller.js';
import type { SendParts } from '../../../apps/channel-gateway/src/send-delivery/send.attempt.js';
import { createSendGate } from '../../../apps/channel-gateway/src/send-delivery/send.gate.js';
import { lookUpControllerOf } from '../../../apps/channel-gateway/src/settle-unknown/look-up.controller.js';
import { LookUpPace } from '../../../apps/channel-gateway/src/settle-unknown/look-up.pace.js';
import type { Life } from '../engine/process.life.js';
import type { World } from '../world/sim.world.js';

export const PROVIDER_TIMEOUT_MS = 10_000;
export const LEASE_MARGIN_MS = 5_000;

/** The product's gateway, wired as `gateway.wiring.ts` wires it. */
export function startGateway(world: World, life: Life): void {
  const { store, opener: vault, registry, provider, timing, timers, gate, instant: now } = world.portsOf(life);
  const defaultSenders = new Map([['sendgrid', { address: 'hello@homing.test', name: '' }]]);
  const renderer = new Collector<ToRender, Rendered>({
    name: 'render',
    maxBatch: 64,
    lingerMs: 2,
    maxConcurrent: 2,
    timers,
    flush: (batch) => renderBatch({ vault, registry, defaultSenders }, batch),
  });
  const parts: SendParts = {
    ...{ store, now, timing },
    instance: life.name,
    render: (item) => renderer.add(item),
    gate: createSendGate(gate, timing, timers),
    provider: (key) => (key === provider.key ? provider : undefined),
    providerTimeoutMs: PROVIDER_TIMEOUT_MS,
    leaseMarginMs: LEASE_MARGIN_MS,
  };
  world.bus.subscribe(life, new (dispatchControllerOf('email'))(parts));
  world.bus.subscribe(
    life,
    new (lookUpControllerOf('email'))({
      ...parts,
      pace: new LookUpPace(timing.monotonic, timing.random),
      lookUpTimeoutMs: PROVIDER_TIMEOUT_MS,
      onUnsupported: () => undefined,
    }),
  );
}
