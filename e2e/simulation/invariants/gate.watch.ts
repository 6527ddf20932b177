import { contactStream, parseDeliveryId, type ContactEvent } from '@homing/contracts';
import { evolveContact, suppressionsOf, unknownContact, type ContactState } from '@homing/domain';
import { GATE_FRESH_MS } from '../../../apps/channel-gateway/src/send-delivery/send.gate.js';
import { keyOf } from '../world/sim.contacts.js';
import type { World } from '../world/sim.world.js';
import type { LawfulHistory } from './lawful.history.js';

/** Nobody is called for what the gate has held back for longer than its word may be old. */
export function watchGate(world: World, history: LawfulHistory): void {
  const { provider, registry, contacts, watch, trace } = world;
  provider.onCall(({ deliveryId, attempt, at }) => {
    const of = parseDeliveryId(deliveryId);
    const request = of && history.request(of.outreachId);
    const fingerprint = of && history.leg(of.outreachId, of.leg)?.plan?.contact.fingerprint;
    if (!request || fingerprint === undefined) return;
    const { tenantId, campaignKey = '' } = request;
    const since = [
      registry.restingSince.get(campaignKey),
      contacts.rows.get(keyOf({ tenantId, fingerprint }))?.heldSince,
    ];
    const closed = since.some((moment) => moment !== undefined && at - moment > GATE_FRESH_MS);
    if (closed)
      watch.broken(
        'gate-respected',
        `${trace.short('d', deliveryId)}:${attempt} was called though the gate was closed`,
      );
  });
}

/** An address stands in the gate's table as the set of what was said of it says. */
export function checkContacts({ contacts, store, watch, provider, trace }: World, history: LawfulHistory): void {
  for (const { deliveryId = '', fact, subtype, tenantId = '', providerEventId } of provider.told) {
    const of = parseDeliveryId(deliveryId);
    const fingerprint = of && history.leg(of.outreachId, of.leg)?.plan?.contact.fingerprint;
    if (!of || fingerprint === undefined || !history.knowsFact(providerEventId)) continue;
    const telling = fact === 'complained' || (fact === 'bounced' && subtype === 'hard');
    if (telling && !contacts.rows.has(keyOf({ tenantId, fingerprint })))
      watch.broken('addresses-held-back', `${trace.short('d', deliveryId)} ${fact}: nobody holds its address back`);
  }
  for (const [key, row] of contacts.rows) {
    const state = store
      .eventsOf(contactStream(row.fingerprint))
      .reduce<ContactState>((s, { type, data }) => evolveContact(s, { type, data } as ContactEvent), unknownContact);
    const [said, known] = [suppressionsOf(state), row.reasons].map((all) => all.map(({ reason }) => reason).join());
    if (said !== known)
      watch.broken(
        'addresses-held-back',
        `${trace.short('a', key)}: the gate knows "${known}", its stream says "${said}"`,
      );
  }
}
