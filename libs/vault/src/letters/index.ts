// Database and sealing: sees what waits for an operator and asks the desk; opens what was sealed to it for one answer, nothing else.
export { createLetterView } from './letter.view.js';
export { createInboundView } from './inbound.view.js';
export type { InboundFilter, InboundView, SeenInbound } from './inbound.view.js';
export { createAnswerKey, createRepairSealer } from './answer.key.js';
export type { AnswerKey } from './answer.key.js';
export { createTaskAnswerKey } from './task-answer.key.js';
export type { TaskAnswerKey } from './task-answer.key.js';
export { InvalidCursorError } from '../database/page.cursor.js';
export type * from './letters.types.js';
