import type { InspectedConsumer, InspectedStream } from '@homing/messaging';
import { errorCode } from '@homing/service-kit';
import { finding, type Examination, type Finding } from '../finding.js';

/** The bus as the doctor asks it. */
export interface AskedBus {
  /** Version of the server. @throws what the client throws when it cannot be reached, or refuses */
  readonly version: () => Promise<string>;
  /** Whether its configuration makes it write through; undefined or absent: it cannot be seen. */
  readonly writesThrough?: () => boolean | undefined;
  readonly streams: () => Promise<readonly InspectedStream[]>;
  readonly consumers: () => Promise<readonly InspectedConsumer[]>;
  /** Between two looks at a consumer that nobody seems to ask for. */
  readonly pause: () => Promise<unknown>;
}

export const BUS = 'bus';
const NEARLY_FULL = 0.8;
const FULL = 0.98;
const BACKLOG = 5_000;
const AGAIN = 100;

/** Does the bus answer, and is it new enough? */
export const examineBus = ({ version, writesThrough }: Pick<AskedBus, 'version' | 'writesThrough'>): Examination => ({
  subject: BUS,
  look: async () => {
    try {
      const found = await version();
      const findings = versionFindings(found);
      if (findings.length === 0 && writesThrough?.() === false)
        return { findings: [finding('BUS_NOT_POWER_SAFE', 'without sync_interval: always')], note: '' };
      return { findings, note: `nats-server ${found}` };
    } catch (error) {
      const words = `${errorCode(error)} ${String((error as { message?: unknown }).message)}`;
      const refused = /authori[sz]ation|authentication|permissions/i.test(words);
      return { findings: [finding(refused ? 'BUS_REFUSED' : 'BUS_UNREACHABLE', errorCode(error))], note: '' };
    }
  },
});

function versionFindings(version: string): Finding[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 9)) return [finding('BUS_OLD', `version ${version}`)];
  return major === 2 && minor < 10 ? [finding('BUS_NOT_POWER_SAFE', `version ${version}`)] : [];
}

/** Are the streams there, as asked for, and not full; and what lies among the dead letters? */
export const examineStreams = ({ streams }: Pick<AskedBus, 'streams'>): Examination => ({
  subject: 'bus streams',
  needs: [BUS],
  look: async () => {
    const found = await streams();
    const held = found.map(({ stream, messages }) => `${stream} ${messages}`).join(', ');
    return { findings: found.flatMap(streamFindings), note: held };
  },
});

function streamFindings({ stream, there, differs, fill, messages, refusesWhenFull }: InspectedStream): Finding[] {
  if (!there) return [finding('STREAM_MISSING', stream)];
  const percent = `${stream} is ${Math.floor(fill * 100)} % full`;
  return [
    ...(differs.length > 0 ? [finding('STREAM_DIFFERS', `${stream} in ${differs.join(', ')}`)] : []),
    ...(fill >= NEARLY_FULL
      ? [finding('STREAM_NEARLY_FULL', percent, refusesWhenFull && fill >= FULL ? 'fail' : 'warn')]
      : []),
    ...(stream === 'DEADLETTERS' && messages > 0 ? [finding('DEAD_LETTERS', `${messages}`)] : []),
  ];
}

/** Are the consumers there, do they ask for their messages, and do they get on? */
export const examineConsumers = ({ consumers, pause }: Pick<AskedBus, 'consumers' | 'pause'>): Examination => ({
  subject: 'bus consumers',
  needs: [BUS],
  look: async () => {
    let found = await consumers();
    const idle = found.filter(isAbandoned).map(({ durable }) => durable);
    if (idle.length > 0) {
      // Between two pulls nobody asks for a moment.
      await pause();
      found = await consumers();
    }
    const waiting = found.reduce((sum, { pending }) => sum + pending, 0);
    return {
      findings: found.flatMap((consumer) => consumerFindings(consumer, idle)),
      note: `${found.length}, ${waiting} messages wait`,
    };
  },
});

const isAbandoned = ({ there, pending, handling, pulls }: InspectedConsumer): boolean =>
  there && pending > 0 && handling === 0 && pulls === 0;

function consumerFindings(consumer: InspectedConsumer, idle: readonly string[]): Finding[] {
  const { stream, durable, there, pending, again } = consumer;
  if (!there) return [finding('CONSUMER_MISSING', `${durable} of ${stream}`)];
  if (isAbandoned(consumer) && idle.includes(durable))
    return [finding('CONSUMER_ABANDONED', `${durable}: ${pending} messages wait`)];
  if (pending > BACKLOG || again > AGAIN)
    return [finding('CONSUMER_BACKLOG', `${durable}: ${pending} messages wait, ${again} came again`)];
  return [];
}
