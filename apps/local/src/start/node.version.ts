/** The oldest Node that runs the services: `tools/run.mjs` names the same. */
export const OLDEST_NODE = [22, 15] as const;

/**
 * Why this Node cannot run the system, and what can; undefined where it can. Under an older one services start, and what they need is
 * missing only when the first message is decided.
 */
export function whyNotThisNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [oldest, of] = OLDEST_NODE;
  if (major > oldest || (major === oldest && minor >= of)) return undefined;
  return [
    `this is Node ${version.replace(/^v/, '')}; the services need ${oldest}.${of} or later and would start without deciding anything`,
    '  next: use `npm start` (or `npm run doctor`), which runs the Node pinned in package-lock.json, or node_modules/.bin/node',
  ].join('\n');
}
