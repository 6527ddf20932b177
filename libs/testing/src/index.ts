export * from './given-when-then.js';
export { until } from './condition.wait.js';
