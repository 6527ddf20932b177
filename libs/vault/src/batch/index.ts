// Many recipients in one call: kept before they are acknowledged, handed over in chunks, seen by their tenant.
export { createBatchKeeper } from './batch.keeper.js';
export { createBatchView } from './batch.view.js';
export type * from './batch.types.js';
export { InvalidCursorError } from '../database/page.cursor.js';
