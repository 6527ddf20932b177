export { natsBinary } from './nats/nats.binary.js';
export type { NatsBinary } from './nats/nats.binary.js';
export type { NatsUser } from '@homing/provisioning';
export { natsGreets, prepareNats, startNats } from './nats/nats.server.js';
export type { NatsOptions, RunningNats } from './nats/nats.server.js';
export {
  databaseUrl,
  postgresAdminUrl,
  postgresAnswers,
  preparePostgres,
  startPostgres,
} from './postgres/postgres.server.js';
export type { PostgresOptions, RunningPostgres } from './postgres/postgres.server.js';
export { acceptsConnections, freePort, isPortTaken } from './server/loopback.port.js';
export { commandLineOf, environmentOf, isAlive, workingDirectoryOf } from './server/process.identity.js';
export type { ServerCommand, ServerProcess } from './server/server.process.js';
export { StoreError, StoreInUseError } from './server/store.error.js';
