export { appendConfirmation, type Confirmation } from './restore.confirmation.js';
export { guardedClaims } from './guarded.claims.js';
export { busMark, markMessage, type MarkSource } from './mark.sources.js';
export { readRestores, type RestoreHistory } from './restore.history.js';
export { StoreRestoredError, StoreUnseenError, StoreWatch, type StoreWatchParts } from './store.watch.js';
export { holds, judgeStore, type StoreVerdict, type WatchedStore } from './store.verdict.js';
