import { parseArgs } from 'node:util';
import { connectEventStore } from '@homing/event-store';
import { EXIT, UsageError, type Command } from '../operate/command.context.js';
import { rebuildInto, RebuildExistsError, type RebuildReport } from './read-model.rebuild.js';
import { paceTeller } from '../operate/pace.teller.js';
import { reportLines } from './rebuild.report.js';
import { WalkAbortedError } from '../operate/aborted.error.js';

export const REBUILD_USAGE = `rebuild [--resume | --anew] [--swap] [--json]
  --resume  go on with what an interrupted rebuild left
  --anew    drop what an earlier rebuild left, then begin
  --swap    put the rebuilt rows in the place of the live ones
  --json    the report as JSON`;

/**
 * `node apps/projector/dist/main.js rebuild`. Exit code 0 when the rebuilt rows equal the live ones or were put in their place, 2
 * when they differ, 130 when it was interrupted (`--resume` goes on), 64 when it was used wrongly, 1 when it failed.
 */
export const rebuild: Command = async (context) => {
  const { env, args, logger, write, say, signal } = context;
  const flags = parse(args);
  const storeUrl = env.secret('EVENTSTORE_URL', { protocols: ['esdb', 'esdb+discover'] });
  const ownerUrl = env.secret('READ_OWNER_DATABASE_URL', { protocols: ['postgres', 'postgresql'] });
  const systemUrl = env.secret('READ_DATABASE_URL', { protocols: ['postgres', 'postgresql'] });
  const schema = env.string('REBUILD_SCHEMA', { default: 'read_model_rebuilt', pattern: /^[a-z_][a-z0-9_]{0,40}$/ });
  env.check();
  const store = connectEventStore({ url: storeUrl.reveal() });
  try {
    const report = await rebuildInto({
      ...{ store, ownerUrl: ownerUrl.reveal(), systemUrl: systemUrl.reveal(), schema, signal, swap: flags.swap },
      ...(flags.existing ? { existing: flags.existing } : {}),
      onPace: paceTeller(context),
      onTrouble: (error) => logger.warn({ err: error }, 'held up, trying again'),
    });
    if (flags.json) write(JSON.stringify({ ...report, schema }, bigintAsText));
    else for (const line of reportLines(report, schema)) write(line);
    return exitCodeOf(report);
  } catch (error) {
    if (error instanceof RebuildExistsError) throw new UsageError(`${error.message}: --resume or --anew?`);
    if (error instanceof WalkAbortedError) say(`interrupted; rebuild --resume goes on from there`);
    throw error;
  } finally {
    await store.dispose();
  }
};

const exitCodeOf = ({ differences, liveAhead, replaced }: RebuildReport): number =>
  replaced || (differences.length === 0 && liveAhead === undefined) ? EXIT.done : EXIT.different;

function parse(args: readonly string[]): { existing?: 'resume' | 'anew'; swap: boolean; json: boolean } {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({ args: [...args], options: { resume: flag, anew: flag, swap: flag, json: flag } });
    const { resume, anew, swap, json } = values;
    if (resume && anew) throw new Error('--resume and --anew exclude each other');
    return { swap, json, ...(resume ? { existing: 'resume' } : anew ? { existing: 'anew' } : {}) };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${REBUILD_USAGE}`);
  }
}

const bigintAsText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
