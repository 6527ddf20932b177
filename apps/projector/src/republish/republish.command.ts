import { randomUUID } from 'node:crypto';
import { connectBus, Publisher } from '@homing/messaging';
import { connectReadModel, createSystemQueries, type ReadModelConnection } from '@homing/read-model';
import { WalkAbortedError } from '../operate/aborted.error.js';
import { EXIT, type Command, type CommandContext } from '../operate/command.context.js';
import { paceTeller } from '../operate/pace.teller.js';
import { PUBLICATION } from '../publish-transitions/transition.publisher.js';
import { parseRepublishFlags, type RepublishFlags } from './republish.flags.js';
import { republish, type Republication, type RepublishReport } from './transition.republisher.js';

/**
 * `node apps/projector/dist/main.js republish --from POSITION`: publishes integration events again, beside a projector that goes on.
 * Exit code 0 when all are on the bus (or counted), 130 when it was interrupted, 64 when it was used wrongly, 1 when it failed.
 */
export const republishCommand: Command = async (context) => {
  const { env, args, logger, instance, signal } = context;
  const flags = parseRepublishFlags(args);
  const busUrl = env.secret('NATS_URL', { protocols: ['nats', 'tls'] });
  const readUrl = env.secret('READ_DATABASE_URL', { protocols: ['postgres', 'postgresql'] });
  env.check();
  const readModel = connectReadModel({ connectionString: readUrl.reveal(), applicationName: instance, max: 1 });
  const bus = flags.dryRun ? undefined : connectBus({ url: busUrl, name: instance, logger });
  const run = flags.run ?? randomUUID();
  try {
    const range = await rangeOf(readModel, flags, context);
    const report = await republish({
      ...range,
      ...{ queries: createSystemQueries(readModel), run, signal, onPace: paceTeller(context) },
      ...(bus ? { publisher: new Publisher(bus) } : {}),
      ...(flags.tenantId ? { tenantId: flags.tenantId } : {}),
      ...(flags.perSecond ? { perSecond: flags.perSecond } : {}),
      onTrouble: (error) => logger.warn({ err: error }, 'held up, trying again'),
    });
    tell(report, { context, flags, run, range });
    return EXIT.done;
  } catch (error) {
    if (error instanceof WalkAbortedError)
      context.say(`interrupted; republish --from ${error.position + 1n} --run ${run} goes on from there`);
    throw error;
  } finally {
    await Promise.all([bus?.close(), readModel.close()]);
  }
};

type Range = Pick<Republication, 'from' | 'to'>;

/** No further than the projector has published: what comes after that it publishes itself. */
async function rangeOf({ db }: ReadModelConnection, flags: RepublishFlags, { say }: CommandContext): Promise<Range> {
  const checkpoint = await db
    .selectFrom('checkpoint')
    .select('position')
    .where('name', '=', PUBLICATION)
    .executeTakeFirst();
  const published = checkpoint?.position ?? 0n;
  const from = flags.from ?? (await firstSince(db, flags.since ?? '')) ?? published + 1n;
  if (flags.to !== undefined && flags.to > published)
    say(`the projector has published up to ${published}; what comes after that is its own`);
  return { from, to: flags.to !== undefined && flags.to < published ? flags.to : published };
}

async function firstSince(db: ReadModelConnection['db'], since: string): Promise<bigint | undefined> {
  const found = await db
    .selectFrom('outreachEvents')
    .select(({ fn }) => fn.min<bigint | null>('position').as('position'))
    .where('recordedAt', '>=', since)
    .executeTakeFirst();
  return found?.position ?? undefined;
}

interface Told {
  readonly context: CommandContext;
  readonly flags: RepublishFlags;
  readonly run: string;
  readonly range: Range;
}

function tell(report: RepublishReport, { context: { write }, flags, run, range }: Told): void {
  const asText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
  if (flags.json) return write(JSON.stringify({ run, dryRun: flags.dryRun, ...range, ...report }, asText));
  const { events, first, last, transitions } = report;
  const what = flags.dryRun ? 'would be published again' : 'published again';
  write(`${events} events from position ${range.from} to ${range.to} ${what}${flags.dryRun ? '' : `, run ${run}`}`);
  if (first && last) write(`recorded from ${first.recordedAt} to ${last.recordedAt}`);
  for (const [transition, count] of Object.entries(transitions)) write(`  ${transition}: ${count}`);
}
