import type { ServerCommand } from '@homing/embedded-stores';

/** A process that is kept running. */
export interface ServiceNode {
  kind: 'service';
  name: string;
  /** 127.0.0.1 port it listens on; must be free before the start. */
  port: number;
  /** What services.json tells; never with credentials. */
  url: string;
  /** Names of the nodes that must be ready (or done) before this one starts; it is stopped before they are. */
  after: string[];
  /** The file that is run, where a build makes it: its absence is told before anything starts. */
  program?: string;
  /** Lines the terminal shows; the log file has all. Default: every line. */
  shown?: RegExp;
  /** Asked anew before every start. @throws what a person should read: it is not retried at the first start. */
  command(): Promise<ServerCommand>;
  /** True when it can do its work. Asked repeatedly, must not throw for "not yet". */
  ready(): Promise<boolean>;
}

/** Work that is done once per start, such as migrations. */
export interface TaskNode {
  kind: 'task';
  name: string;
  after: string[];
  run(): Promise<void>;
}

export type StackNode = ServiceNode | TaskNode;

/** Nodes so ordered that each stands behind everything it waits for. @throws Error on an unknown name or a circle. */
export function inStartOrder(nodes: readonly StackNode[]): StackNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const ordered = new Set<StackNode>();
  const visit = (node: StackNode, path: string[]) => {
    if (path.includes(node.name)) throw new Error(`the stack waits in a circle: ${[...path, node.name].join(' -> ')}`);
    for (const name of node.after) {
      const before = byName.get(name);
      if (!before) throw new Error(`${node.name} waits for ${name}, which is not in the stack`);
      visit(before, [...path, node.name]);
    }
    ordered.add(node);
  };
  for (const node of nodes) visit(node, []);
  return [...ordered];
}
