import { chmodSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers';
import { encryptionKeyVariable, natsConfiguration } from './nats.config.js';
import type { NatsOptions, RunningNats } from './nats.server.js';

const inside = { dir: '/data', port: 4222, health: 8222, file: '/etc/nats/homing.conf' };

/**
 * The same server as `startNats`, from an image: for `TEST_STACK=containers`. `dir` is mounted, so what it stored is there when it
 * is started again. `pid` is the server's on this machine, where the engine runs on it.
 */
export async function startNatsContainer(image: string, options: NatsOptions): Promise<RunningNats> {
  const dir = resolve(options.dir);
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o777);
  const syncAlways = options.syncAlways ?? true;
  const settings = { dir: inside.dir, port: inside.port, users: options.users ?? [], syncAlways };
  const content = natsConfiguration({ ...settings, monitorPort: inside.health }).replaceAll('127.0.0.1:', '0.0.0.0:');
  const port = options.port ? { container: inside.port, host: options.port } : inside.port;
  const started = await new GenericContainer(image)
    .withEnvironment({ [encryptionKeyVariable]: JSON.stringify(options.encryptionKey) })
    .withCopyContentToContainer([{ content, target: inside.file }])
    .withBindMounts([{ source: dir, target: inside.dir, mode: 'rw' }])
    .withCommand(['--config', inside.file])
    .withExposedPorts(port, inside.health)
    .withWaitStrategy(Wait.forHttp('/healthz', inside.health))
    .start();
  const client = await getContainerRuntimeClient();
  const { State } = await client.container.inspect(client.container.getById(started.getId()));
  const mapped = started.getMappedPort(inside.port);
  return {
    port: mapped,
    url: `nats://${started.getHost()}:${mapped}`,
    pid: State.Pid,
    version: image.split(':').at(-1) ?? '',
    syncAlways,
    stop: async () => void (await started.stop()),
  };
}
