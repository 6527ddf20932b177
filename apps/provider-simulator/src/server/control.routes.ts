import type { BehaviourBoard } from '../behaviour/behaviour.board.js';
import { readBehaviours } from '../behaviour/behaviour.reader.js';
import type { Ledger, LedgerLine } from '../ledger/ledger.js';
import type { Exchange } from './exchange.js';

export interface Controlled {
  readonly providers: readonly string[];
  readonly board: BehaviourBoard;
  readonly ledger: Ledger;
}

const LARGEST_BODY = 1024 * 1024;

/** The simulator's own paths. False when the path is none of them. */
export async function control(exchange: Exchange, { providers, board, ledger }: Controlled): Promise<boolean> {
  const { method, path } = exchange;
  switch (path) {
    case '/health/live':
    case '/health/ready':
      exchange.json(200, { status: path.endsWith('ready') ? 'ready' : 'live' });
      return true;
    case '/_ledger':
      if (method === 'GET') await showLedger(exchange, ledger);
      else exchange.json(405, { faults: ['GET only: the ledger is never changed'] });
      return true;
    case '/_behaviour':
      if (method === 'PUT') await setBehaviour(exchange, providers, board);
      else if (method === 'DELETE') board.reset();
      if (method !== 'PUT') exchange.json(200, shown(providers, board));
      return true;
    case '/_fates':
      exchange.json(200, Object.fromEntries(providers.map((provider) => [provider, board.fates(provider)])));
      return true;
    default:
      return false;
  }
}

const shown = (providers: readonly string[], board: BehaviourBoard) =>
  Object.fromEntries(providers.map((provider) => [provider, board.of(provider)]));

async function setBehaviour(exchange: Exchange, providers: readonly string[], board: BehaviourBoard): Promise<void> {
  const body = await exchange.body(LARGEST_BODY);
  const reading = readBehaviours(parsed(body), providers);
  if (reading.kind === 'faulty') return exchange.json(400, { faults: reading.faults });
  board.set(reading.behaviours);
  exchange.json(200, shown(providers, board));
}

/** A JSON array of lines, or with `Accept: application/x-ndjson` one line a line. */
async function showLedger(exchange: Exchange, ledger: Ledger): Promise<void> {
  const after = Number(exchange.url.searchParams.get('after') ?? '0');
  if (!Number.isSafeInteger(after) || after < 0)
    return exchange.json(400, { faults: ['after: a whole number from 0'] });
  const lines = ledger.after(after);
  const bare = exchange.headers.accept?.includes('application/x-ndjson') ?? false;
  await exchange.stream(bare ? 'application/x-ndjson' : 'application/json', bare ? asLines(lines) : asArray(lines));
}

async function* asLines(lines: AsyncIterable<LedgerLine>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}

async function* asArray(lines: AsyncIterable<LedgerLine>): AsyncGenerator<string> {
  let before = '[';
  for await (const line of lines) {
    yield `${before}${JSON.stringify(line)}`;
    before = ',\n';
  }
  yield before === '[' ? '[]' : ']';
}

function parsed(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
}
