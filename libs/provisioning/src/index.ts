export { busConsumers, busUsers, natsUsers, type BusUser } from './bus/bus.users.js';
export { natsAccounts } from './bus/nats.accounts.js';
export {
  JETSTREAM_KEY_VARIABLE,
  NATS_FILES,
  natsSecrets,
  passwordVariable,
  productionNatsConfiguration,
} from './bus/nats.production.js';
export type { NatsUser } from './bus/nats.user.js';
export { prepareDatabase, type DatabasePreparation } from './databases/database.preparation.js';
export { databaseRoles, databases, rolesOf, type DatabaseName, type DatabaseRole } from './databases/database.roles.js';
export { ensureDatabase, ensureRole, type Login } from './databases/postgres.roles.js';
