import { Module } from '@nestjs/common';
import { readEnv } from './env.reader.js';
import { runService } from './main.runner.js';

@Module({})
class StuckModule {}

// A boot that waits for something that never comes; the timer stands for whatever else the process does.
setInterval(() => {}, 1_000);
await runService({
  name: 'stuck',
  module: StuckModule,
  env: readEnv(process.env),
  http: { port: 0 },
  drainMs: 100,
  configure: () => {
    console.log(JSON.stringify({ msg: 'in boot' }));
    return new Promise(() => {});
  },
});
