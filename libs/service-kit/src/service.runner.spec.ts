import { connect } from 'node:net';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Module,
  type OnApplicationShutdown,
  Param,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { startChild } from './child-process.fixture.js';
import { createLogger, Readiness, readEnv, type ServiceOptions, startService } from './index.js';

class NobodyMayPass implements CanActivate {
  canActivate = (context: ExecutionContext) => context.getHandler().name === 'open';
}

@Controller()
class HelloController {
  @Get('hello')
  hello(): string {
    return 'hello';
  }

  @Get('open/:id')
  open(@Param('id') id: string): number {
    return id.length;
  }
}

const order: string[] = [];

@Injectable()
class Store implements OnApplicationShutdown {
  onApplicationShutdown = () => void order.push('store closed');
}

@Module({ controllers: [HelloController], providers: [Store, { provide: APP_GUARD, useClass: NobodyMayPass }] })
class GuardedModule {}

const lines: string[] = [];
const logger = createLogger({
  service: 's',
  instance: 'i',
  destination: { write: (line: string) => void lines.push(line) },
});
const boot = (more: Partial<ServiceOptions> = {}) =>
  startService({ name: 's', module: GuardedModule, env: readEnv({}), http: { port: 0 }, logger, ...more });

describe('startService', () => {
  it('serves health past guards and prefixes, and says why it is not ready', async () => {
    const readiness = new Readiness(50);
    const service = await boot({ readiness, configure: (app) => void app.setGlobalPrefix('api/v1') });
    try {
      const ready = () => fetch(`${service.url}/health/ready`);
      expect((await fetch(`${service.url}/api/v1/hello`)).status).toBe(403);
      expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
      expect((await ready()).status).toBe(200);
      const remove = [
        readiness.add('bus', () => ({ status: 'down', reason: 'connecting' })),
        readiness.add('slow', () => new Promise(() => {})),
        readiness.add('broken', () =>
          Promise.reject(Object.assign(new Error('secret text'), { code: 'ECONNREFUSED' })),
        ),
      ];
      const answer = await ready();
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(await answer.json()).toEqual({
        status: 'not_ready',
        checks: {
          bus: { status: 'down', reason: 'connecting' },
          slow: { status: 'down', reason: 'no answer in 50 ms' },
          broken: { status: 'down', reason: 'ECONNREFUSED' },
        },
      });
      for (const each of remove) each();
      expect((await ready()).status).toBe(200);
    } finally {
      await service.stop();
    }
    expect(JSON.parse(lines.find((line) => line.includes('listening')) ?? '{}')).toMatchObject({
      url: service.url,
      pid: process.pid,
    });
  });

  it('stops once, strategies before stores, and not ready from the first moment', async () => {
    order.length = 0;
    const readiness = new Readiness();
    const strategy = {
      listen: (ready: () => void) => ready(),
      close: async () => void order.push(`strategy closed while ${(await readiness.report()).status}`),
    };
    const service = await boot({ readiness, strategies: [strategy] });
    await Promise.all([service.stop(), service.stop()]);
    expect(order[0]).toBe('strategy closed while stopping');
    expect(order.at(-1)).toBe('store closed');
    await expect(fetch(service.url)).rejects.toThrow();
  });

  it('stops although a strategy never drains', async () => {
    const stuck = { listen: (ready: () => void) => ready(), close: () => new Promise(() => {}) };
    const service = await boot({ strategies: [stuck], drainMs: 30 });
    await service.stop();
    expect(lines.join('')).toContain('"step":"drain handlers","end":"timed out"');
  });

  it('refuses to boot on a configuration fault', async () => {
    const env = readEnv({});
    env.secret('VAULT_KEY');
    await expect(boot({ env })).rejects.toThrow('VAULT_KEY is required');
  });

  it('takes parameters as long as it is told, counted decoded, and no longer ones', async () => {
    const service = await boot({ http: { port: 0, maxParamLength: 200 } });
    const ask = async (id: string) => (await fetch(`${service.url}/open/${encodeURIComponent(id)}`)).status;
    expect([await ask('é'.repeat(200)), await ask('a'.repeat(201))]).toEqual([200, 414]);
    await service.stop();
  });

  it('ends a request whose body does not come in time', async () => {
    const service = await boot({ http: { port: 0, requestTimeoutMs: 200 } });
    const { port } = new URL(service.url);
    const socket = connect(Number(port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.write('POST /open/1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{');
    await new Promise((resolve) => socket.once('close', resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    await service.stop();
  }, 20_000);
});

describe('runService in a process of its own', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('answers what is open at %s, then exits 0', async (signal) => {
    const child = startChild('./service-child.fixture.ts', { PORT: '0' });
    const { url } = await child.line((line) => line['msg'] === 'listening');
    const open = fetch(`${String(url)}/slow`).then((answer) => answer.text());
    await child.line((line) => line['msg'] === 'in slow');
    child.process.kill(signal);
    child.process.kill(signal);
    expect(await open).toBe('answered');
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.lines.at(-1)).toMatchObject({ msg: 'stopped' });
  });

  it('ends at SIGTERM although what its boot waits for never comes', async () => {
    const child = startChild('./stuck-boot.fixture.ts');
    await child.line((line) => line['msg'] === 'in boot');
    child.process.kill('SIGTERM');
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.lines.at(-1)).toMatchObject({ step: 'boot', end: 'timed out', msg: 'did not stop cleanly' });
  }, 40_000);

  it('exits 1 on an uncaught error and does not print its text', async () => {
    const child = startChild('./service-child.fixture.ts', { PORT: '0' });
    const { url } = await child.line((line) => line['msg'] === 'listening');
    await fetch(`${String(url)}/crash`).catch(() => {});
    expect(await child.ended).toEqual({ code: 1, signal: null });
    expect(child.lines.at(-1)).toMatchObject({ level: 'fatal', event: 'uncaughtException', err: { type: 'Error' } });
    expect(JSON.stringify(child.lines)).not.toContain('someone@');
  });

  it('exits 1 naming the variables when the configuration is faulty', async () => {
    const child = startChild('./service-child.fixture.ts', { PORT: 'http' });
    expect(await child.ended).toEqual({ code: 1, signal: null });
    expect(JSON.stringify(child.lines)).toContain('PORT must be a whole number');
  });
});
