/**
 * The `X-Message-Id` of the send call within a message id (`sg_message_id`, `msg_id`): that id, a dot and the names of hosts.
 * Undefined for what is no such id.
 */
export function messageIdOf(whole: unknown): string | undefined {
  if (typeof whole !== 'string' || !/^[\w.+/=-]{1,300}$/.test(whole)) return undefined;
  return /^(.+?)\.(?:filter|recvd)/.exec(whole)?.[1] ?? whole.split('.')[0];
}
