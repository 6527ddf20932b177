import type { handleClientStreamingCall, ServiceError } from '@grpc/grpc-js';
import type { AppendReq, AppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Expected } from '../log/stored-event.model.js';
import { ProposedEvents, readExpected, readStreamName } from '../wire/append-request.codec.js';
import { appendResponse } from '../wire/append-response.codec.js';
import { invalidArgument } from '../wire/call.error.js';
import { type ServiceContext, statusOf } from './service.context.js';

interface Target {
  readonly stream: string;
  readonly expected: Expected;
}

/** Streams.Append: options first, then one message an event, answered once at the end. */
export const appendService =
  ({ log, authorise }: ServiceContext): handleClientStreamingCall<AppendReq, AppendResp> =>
  (call, callback) => {
    const proposed = new ProposedEvents();
    let target: Target | undefined;
    let answered = false;
    const answer = (error: unknown, response?: AppendResp) => {
      if (answered) return;
      answered = true;
      callback(response ? null : (statusOf(error) as ServiceError), response);
    };
    const guarded = (work: () => void) => {
      if (answered) return;
      try {
        work();
      } catch (error) {
        answer(error);
      }
    };
    guarded(() => authorise(call.metadata));
    call.on('data', (request: AppendReq) => guarded(() => (target = receive(request, proposed) ?? target)));
    call.on('end', () =>
      guarded(() => {
        if (!target) throw invalidArgument('the options are missing');
        const { stream, expected } = target;
        const command = {
          kind: 'append',
          stream,
          expected,
          events: proposed.events,
          expired: () => call.cancelled,
        } as const;
        log.writer
          .submit(command)
          .then((outcome) => answer(undefined, appendResponse(stream, expected, outcome)))
          .catch(answer);
      }),
    );
  };

function receive(request: AppendReq, proposed: ProposedEvents): Target | undefined {
  const message = request.getProposedMessage();
  if (message) proposed.add(message);
  const options = request.getOptions();
  if (!options) return undefined;
  return {
    stream: readStreamName(options.getStreamIdentifier()),
    expected: readExpected(options, () => options.getRevision()),
  };
}
