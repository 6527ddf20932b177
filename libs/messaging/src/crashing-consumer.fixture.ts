// A consumer in a process of its own, which crash points kill. Prints a line for each effect.
import { crashPoint, createLogger, readEnv } from '@homing/service-kit';
import { connectBus } from './index.js';
import { listen } from './handlers.fixture.js';

const env = readEnv(process.env);
const logger = createLogger({ service: 'crashing', instance: '1', level: 'warn' });
const bus = connectBus({ url: env.url('NATS_URL'), name: 'crashing', logger });
const { script } = await listen(bus);
script.handle = (event) => {
  crashPoint('before-effect');
  console.log(JSON.stringify({ effect: event.data?.n }));
  crashPoint('after-effect');
};
