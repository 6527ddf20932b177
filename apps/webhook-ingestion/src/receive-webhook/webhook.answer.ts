import type { FastifyReply, FastifyRequest } from 'fastify';
import { replyProblem } from '../http/problem.reply.js';
import { type AccountCaller, answersOf, type Callers } from './caller.search.js';
import type { Reception } from './webhook.receiver.js';

export interface AnswerTo {
  readonly parts: Callers;
  readonly provider: string;
}

/** Each provider is answered the status it takes as it is meant (`WebhookAnswers`). */
export function replyReception(reply: FastifyReply, reception: Reception, to: AnswerTo): FastifyReply {
  const answers = answersOf(to.parts, to.provider);
  switch (reception.kind) {
    case 'unknown-provider':
      return replyProblem(reply, 'not_found');
    case 'forged':
      return replyProblem(reply, 'bad_signature', answers.forged);
    case 'not-stored':
      return replyProblem(reply, 'unavailable', answers.notStored);
    case 'stored': {
      const { facts, faults, inbound } = reception;
      const { status, contentType, body } = answers.stored ?? { status: 200 };
      if (answers.stored === undefined)
        return reply.code(200).send({ stored: facts.length + inbound, faulty: faults.length });
      return contentType === undefined
        ? reply.code(status).send(body)
        : reply
            .code(status)
            .type(contentType)
            .send(body ?? '');
    }
  }
}

/** Answers a challenge; resolves with why it was refused, where it was. */
export async function replyChallenge(
  reply: FastifyReply,
  request: FastifyRequest,
  { parser, keys, words }: AccountCaller,
): Promise<string | undefined> {
  if (!parser.challenge) return void (await replyProblem(reply, 'not_found'));
  const asked = { headers: request.headers, keys, query: singleValues(request.query) };
  const answer = parser.challenge({ ...asked, ...(words === undefined ? {} : { words }) });
  if (answer.kind === 'refused') {
    await replyProblem(reply, 'challenge_refused');
    return answer.reason;
  }
  await reply
    .code(200)
    .type(`${answer.contentType}; charset=utf-8`)
    .header('cache-control', 'no-store')
    .send(answer.body);
  return undefined;
}

/** A name that comes twice says nothing. */
const singleValues = (query: unknown): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries((query ?? {}) as Record<string, unknown>).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );
