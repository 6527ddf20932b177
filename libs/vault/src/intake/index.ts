// Database and sealing: takes personal data in and can read none of it back.
export type * from './intake.types.js';
