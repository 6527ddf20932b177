// Database only: destroys what opening would need.
export { createVaultEraser } from './vault.eraser.js';
export type { VaultEraserParts } from './vault.eraser.js';
export type * from './erase.types.js';
export { openVaultDatabase } from '../database/vault.database.js';
