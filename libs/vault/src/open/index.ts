// Database and private key: for the channel gateway and the export of a person, for nobody else.
export { EnvelopeError } from '../envelope/envelope.types.js';
export type { SealContext } from '../envelope/envelope.types.js';
export type * from './open.types.js';
