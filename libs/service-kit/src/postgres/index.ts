export { openPostgresPool, type PostgresPoolSettings } from './postgres.pool.js';
