// Crypto only: no database, no private keys. May be held by internet-facing services.
export { createSealer } from './sealer.js';
export type { Sealer } from './sealer.js';
export { createDeadLetterSealer } from './dead-letter.sealer.js';
export type { DeadLetterSealerParts, LetterConcern, LetterToSeal, SealedLetter } from './dead-letter.sealer.js';
export { createInboundSealer } from './inbound.sealer.js';
export type { SealInbound } from './inbound.sealer.js';
export { createWebhookKeySealer } from './webhook-key.sealer.js';
export type { SealWebhookKey } from './webhook-key.sealer.js';
export { sealTaskAnswer } from './answer.sealer.js';
export { EnvelopeError } from '../envelope/envelope.types.js';
export type { SealContext } from '../envelope/envelope.types.js';
export { createFingerprinter } from '../address/address.fingerprint.js';
export type { Fingerprinter } from '../address/address.fingerprint.js';
export { maskAddress } from '../address/address.mask.js';
export { contactKind, normaliseAddress } from '../address/address.normalise.js';
export type { ContactKind, NormalisedAddress } from '../address/address.normalise.js';
