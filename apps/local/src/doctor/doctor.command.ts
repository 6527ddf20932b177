import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  diagnose,
  diagnosisJson,
  diagnosisLines,
  examineAddresses,
  examineDisk,
  examineNode,
  examineProviders,
  examineService,
  examineWebhooks,
  exitCodeOf,
  faultCodes,
  faultLines,
  faultOf,
  type Diagnosis,
  type DiskSpace,
  type Examination,
} from '@homing/doctor';
import { homePaths, homeRoot, type HomeDirectory } from '../home/home.directory.js';
import { lockOwner } from '../home/home.lock.js';
import { lastPortBase, visitHome } from '../home/home.visit.js';
import { readServices } from '../home/services.record.js';
import { localAddresses, type LocalParts } from '../wiring/local.addresses.js';
import { portBase, portsFrom } from '../wiring/port.table.js';
import { readFlags } from './doctor.flags.js';
import { examineHome } from './home.examination.js';
import { givenInstallation, loginsOfHome, type InstallationLogins } from './installation.logins.js';
import { examineSimulator } from './simulator.examination.js';
import { metricsOf, serviceAt, serviceOf } from './stack.services.js';
import { examineInstallation, examinePorts } from './start.examination.js';
import { askInstallation } from './store.askings.js';

/** Programs the launcher starts. */
const PROGRAMS = [
  ...['api', 'orchestrator', 'scheduler', 'channel-gateway', 'projector', 'webhook-ingestion'],
  ...['event-store-dev', 'provider-simulator'],
];
const USED_WRONGLY = 64;

export interface DoctorContext {
  /** The folder that holds `apps/`. */
  readonly workspace: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly write: (text: string) => void;
  /** For what is wrong with the call itself. */
  readonly complain: (text: string) => void;
}

/** `doctor [--environment] [--json]`: names each fault and its mend, changes nothing. Resolves with the exit code. */
export function doctor(args: string[]): Promise<number> {
  const workspace = fileURLToPath(new URL('../../../..', import.meta.url));
  const write = (text: string): void => void process.stdout.write(text);
  return doctorIn({ workspace, environment: process.env, write, complain: (text) => console.error(text) }, args);
}

export async function doctorIn(context: DoctorContext, args: string[]): Promise<number> {
  const { write, complain } = context;
  const flags = readFlags(args);
  if (flags.kind === 'faulty') return (complain(flags.why), USED_WRONGLY);
  if (flags.kind === 'explain') return (write(`${faultLines(flags.code).join('\n')}\n`), 0);
  if (flags.kind === 'list') {
    for (const code of faultCodes) write(`${code}  ${faultOf(code).meaning}\n`);
    return 0;
  }
  const diagnosis = await (flags.environment ? examineGiven(context) : examineStack(context));
  if (!diagnosis) return USED_WRONGLY;
  write(flags.json ? `${diagnosisJson(diagnosis)}\n` : `${diagnosisLines(diagnosis).join('\n')}\n`);
  return exitCodeOf(diagnosis);
}

/** Undefined: the environment holds no address, or one that is none. */
async function examineGiven({ environment, complain }: DoctorContext): Promise<Diagnosis | undefined> {
  const { logins, services, faulty } = givenInstallation(environment);
  const given = Object.values(logins).filter((url) => url !== undefined).length + services.length;
  if (faulty.length > 0 || given === 0) {
    complain(faulty.length > 0 ? `no address: ${faulty.join(', ')}` : 'no address is given (docs/doctor.md)');
    return undefined;
  }
  const gateways = services.filter(([name]) => name.startsWith('channel-gateway'));
  return examineStores(logins, environment, [
    examineNode(process.version),
    ...services.map(([name, url]) => examineService(serviceAt(name, url))),
    ...gateways.map(([name, url]) => examineProviders(metricsOf(url), name)),
    ...webhooksOf(services, gateways),
  ]);
}

function examineStack(context: DoctorContext): Promise<Diagnosis> {
  const { workspace, environment } = context;
  const home = homePaths(homeRoot(workspace, environment['OUTREACH_HOME']));
  const always = [
    examineHome(home),
    examineInstallation(workspace, PROGRAMS),
    examineNode(process.version),
    examineDisk(() => roomAt(existsSync(home.root) ? home.root : workspace)),
  ];
  if (!lockOwner(home.lock)?.alive) return diagnose([...always, ...stopped(home, environment)]);
  const parts = visited(workspace, environment);
  if (!parts) return diagnose(always);
  const at = localAddresses(parts);
  const services = Object.entries(readServices(home.services)).map(([name, record]) => serviceOf(name, record));
  const asked = [
    ...services.map(examineService),
    examineProviders(metricsOf(at.http('channel-gateway')), 'channel-gateway'),
    ...webhooksOf(
      [['webhook-ingestion', at.http('webhook-ingestion')]],
      [['channel-gateway', at.http('channel-gateway')]],
    ),
    examineSimulator(at.http('provider-simulator')),
  ];
  return examineStores(loginsOfHome(parts), environment, [...always, ...asked], () => writesThrough(parts));
}

type Named = readonly (readonly [name: string, url: string])[];

/** Nothing where no ingestion is known. */
function webhooksOf(services: Named, gateways: Named): Examination[] {
  const ingestion = services.find(([name]) => name.startsWith('webhook-ingestion'));
  if (!ingestion) return [];
  const asked = {
    ingestion: metricsOf(ingestion[1]),
    gateways: () => Promise.all(gateways.map(([, url]) => metricsOf(url)())),
  };
  return [
    examineWebhooks(
      asked,
      [ingestion, ...gateways].map(([name]) => name),
    ),
  ];
}

async function examineStores(
  logins: InstallationLogins,
  { NODE_ENV, ALLOW_PLAINTEXT_HOSTS = '' }: NodeJS.ProcessEnv,
  others: readonly Examination[],
  writesThrough?: () => boolean | undefined,
): Promise<Diagnosis> {
  const named = Object.entries(logins) as [string, string | undefined][];
  const addresses = named.flatMap(([name, url]) => (url === undefined ? [] : [{ name, url }]));
  const plaintextHosts = ALLOW_PLAINTEXT_HOSTS.split(',').filter(Boolean);
  const asking = askInstallation(logins, writesThrough ? { writesThrough } : {});
  try {
    return await diagnose([
      ...others,
      ...asking.examinations,
      examineAddresses(addresses, { production: NODE_ENV === 'production', plaintextHosts }),
    ]);
  } finally {
    await asking.close();
  }
}

function stopped(home: HomeDirectory, environment: NodeJS.ProcessEnv): Examination[] {
  const ports = portsFrom(portBase(environment['PORT_BASE'] || lastPortBase(home.env)));
  return [examinePorts(ports)];
}

/** Undefined: its secrets cannot be read, which the home tells. */
function visited(workspace: string, environment: NodeJS.ProcessEnv): LocalParts | undefined {
  try {
    return visitHome(workspace, environment);
  } catch {
    return undefined;
  }
}

/** What the configuration of our own nats-server says; undefined where it is somebody else's. */
function writesThrough({ home, given }: LocalParts): boolean | undefined {
  const file = join(home.nats, 'nats.conf');
  if (given.natsUrl !== undefined || !existsSync(file)) return undefined;
  return /^\s*sync_interval: always$/m.test(readFileSync(file, 'utf8'));
}

/** Room on the file system of a folder. */
async function roomAt(path: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(path);
  return { path, freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
