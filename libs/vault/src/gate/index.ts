// What is asked directly before a message is sent: may it be, at this moment?
export { createGateReader } from './gate.reader.js';
export { createTurnReader, type TurnReader, type TurnsWanted } from './provider.turns.js';
export { createSiteClaimBook, type SiteClaimBook, type SiteClaimWanted } from './site.claims.js';
export type * from './gate.types.js';
