// Database only: destroys what opening would need.
export type * from './erase.types.js';
