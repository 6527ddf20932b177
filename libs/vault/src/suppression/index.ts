// Which addresses are held back, and why: written by the orchestrator, seen by the API.
export { createSuppressionStore } from './suppression.store.js';
export { createSenderBook } from './sender.book.js';
export type { ContactAlias, LastInbound, SenderBook, SenderOf } from './sender.book.js';
export { createSuppressionView } from './suppression.view.js';
export { InvalidCursorError } from '../database/page.cursor.js';
export type * from './suppression.types.js';
export { openVaultDatabase } from '../database/vault.database.js';
export type { VaultDatabase } from '../database/vault.tables.js';
