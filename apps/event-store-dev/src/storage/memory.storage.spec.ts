import { logStorageContract } from './log-storage.contract.fixture.js';
import { MemoryLog, MemoryStorage } from './memory.storage.js';

logStorageContract('memory', async () => {
  const log = new MemoryLog();
  return { make: () => new MemoryStorage(log), dispose: async () => {} };
});
