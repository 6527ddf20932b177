import type { SealContext } from './envelope.types.js';

/** The content of one task, on its way from the gateway to the API: bound to that task of that tenant. */
export const taskContext = (task: { readonly tenantId: string; readonly taskId: string }): SealContext => ({
  tenantId: task.tenantId,
  kind: 'assisted-task-answer',
  id: task.taskId,
});
