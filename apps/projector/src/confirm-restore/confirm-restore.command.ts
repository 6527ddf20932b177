import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { laterMark, type RestoreConfirmed, type StoreMark } from '@homing/contracts';
import { connectEventStore, type EventStore } from '@homing/event-store';
import { connectBus, Publisher } from '@homing/messaging';
import { connectReadModel, createSystemQueries } from '@homing/read-model';
import { appendConfirmation, judgeStore, readRestores, type StoreVerdict } from '@homing/restore-watch';
import { markPlaces } from '../lead/mark.places.js';
import type { MarkPlace } from '../lead/mark.keeper.js';
import { EXIT, UsageError, type Command, type CommandContext } from '../operate/command.context.js';

export const CONFIRM_USAGE = `confirm-restore [--yes] [--due-before INSTANT] [--kept-until INSTANT] [--undetected] [--json]
  --yes         confirm; without it nothing is changed
  --due-before  what was due before this instant may have been sent; default: since when the store has been missing events, else now
  --kept-until  when the backup was taken; only with --undetected
  --undetected  confirm although the store holds everything that was seen of it: when the marks were restored as well`;

interface Flags {
  readonly yes: boolean;
  readonly undetected: boolean;
  readonly json: boolean;
  readonly dueBefore: string | undefined;
  readonly keptUntil: string | undefined;
}

/**
 * `node apps/projector/dist/main.js confirm-restore`: says what the event store has lost, and with `--yes` records that an operator knows:
 * what was due before counts as of unknown outcome, and sending goes on. Exit code 0 when there is nothing to confirm or it was
 * confirmed, 2 when there is and nothing was changed, 64 when it was used wrongly, 1 when it failed.
 */
export const confirmRestore: Command = async (context) => {
  const { env, args, logger, instance } = context;
  const flags = parse(args);
  const busUrl = env.secret('NATS_URL', { protocols: ['nats', 'tls'] });
  const storeUrl = env.secret('EVENTSTORE_URL', { protocols: ['esdb', 'esdb+discover'] });
  const readUrl = env.secret('READ_DATABASE_URL', { protocols: ['postgres', 'postgresql'] });
  env.check();
  const store = connectEventStore({ url: storeUrl.reveal() });
  const bus = connectBus({ url: busUrl, name: instance, logger });
  const readModel = connectReadModel({ connectionString: readUrl.reveal(), applicationName: instance, max: 1 });
  try {
    const places = markPlaces(readModel, bus, new Publisher(bus));
    const found = await look(store, places);
    const projected = await createSystemQueries(readModel).currentPosition();
    return await confirm({ context, flags, store, places, found, projected });
  } finally {
    await Promise.all([bus.close(), store.dispose(), readModel.close()]);
  }
};

interface Found {
  readonly verdict: StoreVerdict;
  readonly mark: StoreMark | undefined;
  readonly head: bigint;
}

/** Every place must answer: the later mark may be the one that does not. */
async function look(store: EventStore, places: readonly MarkPlace[]): Promise<Found> {
  const kept = await Promise.all(places.map((place) => place.read()));
  const mark = kept.reduce(laterMark, undefined);
  const head = await store.headPosition();
  return { head, mark, verdict: await judgeStore(store, { history: await readRestores(store), mark }) };
}

interface Confirming {
  readonly context: CommandContext;
  readonly flags: Flags;
  readonly store: EventStore;
  readonly places: readonly MarkPlace[];
  readonly found: Found;
  readonly projected: bigint;
}

async function confirm({ context, flags, store, places, found, projected }: Confirming): Promise<number> {
  const { write, instance } = context;
  const { verdict, mark, head } = found;
  const report = { head: head.toString(), seen: mark?.position, generation: verdict.history.generation };
  const say = (line: string, more: object = {}): void =>
    write(flags.json ? JSON.stringify({ ...report, ...more, said: line }) : line);
  if (verdict.kind !== 'restored' && !flags.undetected) {
    say('the event store holds everything that was seen of it: there is nothing to confirm', { restored: false });
    return EXIT.done;
  }
  const now = new Date().toISOString();
  const dueBefore = flags.dueBefore ?? mark?.missingSince ?? now;
  const keptUntil = flags.keptUntil ?? mark?.recordedAt ?? dueBefore;
  if (!flags.json) for (const line of foundLines(found)) write(line);
  const what = `what was due before ${dueBefore} and stands here unsent`;
  if (!flags.yes) {
    say(`nothing was changed; with --yes ${what} counts as of unknown outcome, and sending goes on`, {
      restored: true,
      dueBefore,
    });
    return EXIT.different;
  }
  const by = `${hostname()}/${instance}`;
  const seen = mark && withoutMissing(mark);
  const confirmation: Omit<RestoreConfirmed, 'generation'> = {
    ...{ head: head.toString(), ...(seen ? { seen } : {}), keptUntil, dueBefore, confirmedAt: now, by },
  };
  const next = await appendConfirmation(store, verdict.history, confirmation);
  for (const place of places) await place.keep(next);
  say(`confirmed: ${what} counts as of unknown outcome, and sending goes on`, {
    restored: true,
    confirmed: next,
    dueBefore,
  });
  if (!flags.json)
    write(
      `next: rebuild --anew --swap (the read model stands at ${projected}, by what was lost); then restart the orchestrators`,
    );
  return EXIT.done;
}

function foundLines({ verdict, mark, head }: Found): string[] {
  if (verdict.kind !== 'restored') return [`the event store ends at ${head} and holds everything that was seen of it`];
  const since = mark?.missingSince ? `, missing since ${mark.missingSince}` : '';
  return [
    `the event store ends at position ${head}`,
    `it was seen up to position ${verdict.seen.position}${mark ? `, recorded ${mark.recordedAt}` : ''}${since}`,
  ];
}

function withoutMissing({ missingSince: _, ...mark }: StoreMark): Omit<StoreMark, 'missingSince'> {
  return mark;
}

function parse(args: readonly string[]): Flags {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  try {
    const options = { yes: flag, undetected: flag, json: flag, 'due-before': text, 'kept-until': text };
    const { values } = parseArgs({ args: [...args], options });
    const { yes, undetected, json } = values;
    const dueBefore = instantOf('due-before', values['due-before']);
    const keptUntil = instantOf('kept-until', values['kept-until']);
    if (keptUntil !== undefined && !undetected) throw new Error('--kept-until is for --undetected only');
    if (undetected && (dueBefore === undefined || keptUntil === undefined))
      throw new Error('--undetected needs --due-before and --kept-until');
    return { yes, undetected, json, dueBefore, keptUntil };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${CONFIRM_USAGE}`);
  }
}

function instantOf(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const at = new Date(value);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z$/.test(value) || Number.isNaN(at.getTime()))
    throw new Error(`--${name} must be an instant like 2026-05-01T08:30:00Z`);
  return at.toISOString();
}
