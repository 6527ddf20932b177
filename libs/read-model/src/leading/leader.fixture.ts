// A process that stands for election and, while it leads, notes each act in the table `acts`: who, in which order.
import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '@homing/service-kit';
import pg from 'pg';
import { standForElection } from './election.loop.js';

const { WHO = '', LOCK_URL = '', ACTS_URL = '' } = process.env;
const say = (word: object): void => console.log(JSON.stringify(word));
const acts = new pg.Client({ connectionString: ACTS_URL });
await acts.connect();

await standForElection({
  connectionString: LOCK_URL,
  name: 'test',
  instance: WHO,
  signal: new AbortController().signal,
  logger: createLogger({ service: 'leader', instance: WHO, level: 'silent' }),
  onRole: (role) => say({ role }),
  async term(leadership, signal) {
    while (!signal.aborted) {
      if (leadership.held()) {
        await acts.query('insert into acts (who) values ($1)', [WHO]);
        say({ acted: WHO });
      } else say({ refrained: WHO });
      await pause(20);
    }
  },
});
