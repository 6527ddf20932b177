import { finding, type Examination, type Finding } from '../finding.js';

/** One service as whoever runs it sees it. */
export interface AskedService {
  readonly name: string;
  /** Undefined: it has no process now, as far as is known. */
  readonly pid: number | undefined;
  readonly isAlive: boolean;
  /** On another machine: of its process nothing is known. */
  readonly isElsewhere?: boolean;
  readonly restarts: number;
  /** Seconds since its process began; undefined where that cannot be told. */
  readonly ageSeconds: number | undefined;
  /** `silent`: no answer in time. `refused`: nobody listens. Stores that speak no HTTP answer `live` when they accept connections. */
  readonly live: () => Promise<'live' | 'silent' | 'refused'>;
  /** Why it is not ready; empty when it is. Undefined: it does not tell. */
  readonly reasons: () => Promise<readonly string[] | undefined>;
}

const SETTLED_AFTER_S = 60;
const MANY_RESTARTS = 3;

/** Does a service run, answer, and can it do its work? */
export const examineService = (service: AskedService): Examination => ({
  subject: service.name,
  look: async () => {
    const age = service.ageSeconds === undefined ? '' : `, up for ${duration(service.ageSeconds)}`;
    const findings = [...restarts(service), ...(await stateOf(service))];
    return { findings, note: `ready${age}` };
  },
});

function restarts({ restarts: count, ageSeconds, isAlive }: AskedService): Finding[] {
  if (count < MANY_RESTARTS) return [];
  const young = !isAlive || (ageSeconds !== undefined && ageSeconds < SETTLED_AFTER_S);
  return [finding('SERVICE_RESTARTING', `${count} restarts`, young ? 'fail' : 'warn')];
}

async function stateOf(service: AskedService): Promise<Finding[]> {
  const process = service.isElsewhere ? 'its address' : `process ${service.pid}`;
  if (!service.isElsewhere && (service.pid === undefined || !service.isAlive))
    return [finding('SERVICE_DOWN', service.pid === undefined ? 'no process' : `process ${service.pid} is gone`)];
  const first = await service.live();
  // A machine that is busy is not a process that hangs.
  const live = first === 'silent' ? await service.live() : first;
  if (live === 'refused' && isYoung(service)) return [finding('SERVICE_NOT_READY', 'it is starting', 'warn')];
  if (live === 'refused')
    return [
      finding(
        'SERVICE_DOWN',
        service.isElsewhere ? 'nobody listens at its address' : `${process} is there, nobody listens`,
      ),
    ];
  if (live === 'silent') return [finding('SERVICE_HUNG', `${process} does not answer`)];
  const reasons = await service.reasons();
  if (!reasons || reasons.length === 0) return [];
  return [finding('SERVICE_NOT_READY', reasons.join('; '), isYoung(service) ? 'warn' : 'fail')];
}

const isYoung = ({ ageSeconds }: AskedService): boolean => ageSeconds !== undefined && ageSeconds < SETTLED_AFTER_S;

const duration = (seconds: number): string =>
  seconds < 120
    ? `${Math.round(seconds)} s`
    : seconds < 7_200
      ? `${Math.round(seconds / 60)} min`
      : `${Math.round(seconds / 3_600)} h`;
