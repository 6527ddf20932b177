// Configuration in clear: tenants, API keys, templates, campaigns, with versions and an audit trail.
export type * from './registry.types.js';
