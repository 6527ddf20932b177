import type { CloudEvent } from '@homing/contracts';
import { readEnv, type RunningService, startService } from '@homing/service-kit';
import { Controller, Inject, Injectable, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  type Bus,
  cloudEvent,
  JetStreamContext,
  JetStreamServer,
  type JetStreamServerOptions,
  JsEvent,
  type SealLetter,
} from './index.js';

type Handler = (event: CloudEvent<{ n: number }>, context: JetStreamContext) => unknown;

/** What the test wants done with a message; replaced while it runs. Injected, to show that handlers are Nest providers. */
@Injectable()
export class Script {
  readonly seen: { subject: string; id: string; n: number; deliveryCount: number; context: JetStreamContext }[] = [];
  handle: Handler = () => {};

  run(event: CloudEvent<{ n: number }>, context: JetStreamContext): unknown {
    const { subject, deliveryCount } = context;
    this.seen.push({ subject, id: event.id, n: event.data?.n ?? -1, deliveryCount, context });
    return this.handle(event, context);
  }

  /** Distinct numbers handled, in ascending order. */
  get numbers(): number[] {
    return [...new Set(this.seen.map(({ n }) => n))].sort((a, b) => a - b);
  }
}

const quick = { maxInFlight: 8, ackWaitMs: 1_500 };

@Controller()
class TestHandlers {
  constructor(@Inject(Script) private readonly script: Script) {}

  @JsEvent('outreach.requested', {
    stream: 'OUTREACH',
    durable: 'decide',
    allowBareBody: { type: 'outreach.requested', source: 'bus' },
    ...quick,
  })
  decide(@Payload() event: CloudEvent<{ n: number }>, @Ctx() context: JetStreamContext): unknown {
    return this.script.run(event, context);
  }

  @JsEvent('delivery.dispatch.email', { stream: 'DISPATCH', durable: 'send-email', ...quick })
  send(@Payload() event: CloudEvent<{ n: number }>, @Ctx() context: JetStreamContext): unknown {
    return this.script.run(event, context);
  }
}

@Module({ controllers: [TestHandlers], providers: [Script] })
class TestModule {}

export interface Listening {
  readonly service: RunningService;
  readonly server: JetStreamServer;
  readonly script: Script;
}

/** Not a cipher: shows that what is stored went through the injected function. */
export const testSeal = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0xff);
export const sealWith: SealLetter = ({ bytes }) => ({
  bytes: testSeal(bytes),
  tenantId: 'tenant-1',
  subjects: ['who', 'else'],
});

export async function listen(bus: Bus, options: Partial<JetStreamServerOptions> = {}): Promise<Listening> {
  const server = new JetStreamServer({ bus, seal: sealWith, backoff: { baseMs: 20, capMs: 200 }, ...options });
  const { logger } = bus;
  const service = await startService({
    name: 'test',
    module: TestModule,
    env: readEnv({}),
    http: { port: 0 },
    strategies: [server],
    logger,
  });
  return { service, server, script: service.app.get(Script) };
}

/** An event numbered n, with personal data that must never be readable on the bus outside its own message. */
export const numbered = (n: number) =>
  cloudEvent({ id: `e${n}`, source: '/test', type: 'test', data: { n, address: 'ada@example.test' } });
