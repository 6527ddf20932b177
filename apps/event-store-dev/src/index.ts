export {
  type EventStoreDev,
  type EventStoreDevOptions,
  startEventStoreDev,
  type StopReason,
} from './event-store-dev.server.js';
