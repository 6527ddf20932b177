export * from './accepted-request.codec.js';
export * from './contact-points.js';
export * from './intake-check.policy.js';
export * from './intake.types.js';
export * from './isolated.intake.js';
export * from './letter.concern.js';
export * from './request.intake.js';
