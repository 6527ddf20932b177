import type { BehaviourBoard } from '../behaviour/behaviour.board.js';
import { throttleHeaders } from '../behaviour/verdict.policy.js';
import { within } from '../behaviour/behaviour.js';
import { chance } from '../behaviour/chance.policy.js';
import type { Ledger, LedgerLine } from '../ledger/ledger.js';
import type { Exchange } from '../server/exchange.js';
import { refuse } from './sendgrid.refusal.js';

export interface ActivityOptions {
  readonly board: BehaviourBoard;
  readonly ledger: Ledger;
  readonly now: () => number;
}

const LARGEST_PAGE = 1_000;
const CONDITION = /^\(?unique_args\['([\w-]{1,100})'\]\s*=\s*"([^"]{0,1000})"\)?$/;

/** SendGrid's `GET /v3/messages` (Email Activity, a paid add-on), as far as it is asked by custom args. */
export async function activity(exchange: Exchange, { board, ledger, now }: ActivityOptions): Promise<void> {
  const behaviour = board.of('sendgrid');
  if (!behaviour.activity.allowed)
    return refuse(exchange, 403, [{ message: 'access forbidden', field: null, help: null }]);
  if (board.overMinute('sendgrid.activity', behaviour.activity.perMinute)) {
    const headers = throttleHeaders(behaviour.throttle, now());
    return refuse(exchange, 429, [{ message: 'too many requests', field: null, help: null }], headers);
  }
  const wanted = conditionsOf(exchange.url.searchParams.get('query') ?? '');
  const limit = Number(exchange.url.searchParams.get('limit') ?? '10');
  if (!wanted || !(limit >= 1 && limit <= LARGEST_PAGE)) {
    const field = wanted ? 'limit' : 'query';
    return refuse(exchange, 400, [{ message: `invalid ${field}`, field, help: null }]);
  }
  const messages: object[] = [];
  for await (const line of ledger.after(0)) {
    const delay = within(behaviour.activity.delayMs, chance(board.seed, line.n, 'activity'));
    const shows = Date.parse(line.at) + delay <= now();
    if (messages.length < limit && shows && wanted.every(([name, value]) => line.args[name] === value))
      messages.push(shown(line));
  }
  exchange.json(200, { messages });
}

/** `(unique_args['a']="x") AND (unique_args['b']="y")`; undefined for any other query. */
function conditionsOf(query: string): readonly (readonly [string, string])[] | undefined {
  const conditions = query.split(' AND ').map((part) => CONDITION.exec(part.trim()));
  if (conditions.some((match) => match === null)) return undefined;
  return conditions.map((match) => [match?.[1] ?? '', match?.[2] ?? ''] as const);
}

const shown = ({ messageId, to, at }: LedgerLine) => ({
  from_email: 'desk@sandbox.test',
  msg_id: `${messageId}.recvd-simulator-1-0.0`,
  subject: '',
  to_email: to,
  status: 'processed',
  opens_count: 0,
  clicks_count: 0,
  last_event_time: at,
});
