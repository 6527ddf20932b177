import { Controller, Get, Module } from '@nestjs/common';
import { readEnv } from './env.reader.js';
import { runService } from './main.runner.js';

let release = () => {};

@Controller()
class SlowController {
  @Get('slow')
  slow(): Promise<string> {
    console.log(JSON.stringify({ msg: 'in slow' }));
    return new Promise((resolve) => (release = () => resolve('answered')));
  }

  @Get('crash')
  crash(): string {
    setImmediate(() => {
      throw new Error('someone@example.test is not to be logged');
    });
    return 'soon';
  }
}

@Module({ controllers: [SlowController] })
class ChildModule {}

// The slow handler is let go only once the process has begun to stop.
const strategy = { listen: (ready: () => void) => ready(), close: () => setImmediate(() => release()) };
const env = readEnv(process.env);
await runService({
  name: 'child',
  module: ChildModule,
  env,
  http: { port: env.int('PORT', { min: 0, max: 65_535 }) },
  strategies: [strategy],
});
