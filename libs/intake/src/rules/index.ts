export * from './campaign.day.js';
export * from './decision.rules.js';
export * from './installation.reader.js';
export * from './recipient.clock.js';
export * from './selection.inputs.js';
export * from './zone.tables.js';
