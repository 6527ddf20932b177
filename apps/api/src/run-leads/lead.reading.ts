import { gradeLead, LEAD_GRADES, type LeadFacts, type LeadGrade } from '@homing/domain';
import type { Channel, FieldFault } from '@homing/contracts';
import { CONTACT_FIELDS } from '@homing/intake';
import { isAbsent, isRecord } from './lead-run.reader.js';

/** One lead as the recipient of a batch it stands for, and its grade. */
export interface ReadLead {
  readonly leadId?: string;
  /** Absent where what it says of its grade cannot be read. */
  readonly grade?: LeadGrade;
  /** Of the default rule; absent where the caller gave the grade. */
  readonly points?: number;
  /** By the names of the lead's own fields. */
  readonly faults: readonly FieldFault[];
  readonly recipient: Readonly<Record<string, unknown>>;
  /** By which it can be reached. */
  readonly channels: readonly Channel[];
}

/** Fields of a batch's recipient that a lead says otherwise. */
const FOREIGN = ['id', 'requestId', 'overrides'] as const;

/** What its recipient's fields hold is for the batch to check; here is read what only leads have. */
export function readLead(given: unknown): ReadLead {
  const nobody = { recipient: {}, channels: [] };
  if (!isRecord(given)) {
    return { ...nobody, faults: [{ field: '', code: 'not_an_object', message: 'must be a JSON object' }] };
  }
  const { leadId, signals, grade, data, ...person } = given;
  const faults: FieldFault[] = FOREIGN.filter((field) => field in person).map((field) => ({
    ...{ field, code: 'unknown_field', message: 'is not a field of a lead' },
  }));
  faults.push(...gradeFaults(grade), ...signalFaults(signals));
  const facts = factsOf(person, { data, signals: isRecord(signals) ? signals : {} });
  const channels = CONTACT_FIELDS.map(([, channel]) => channel).filter((channel) => facts.addresses[channel]);
  return {
    ...(typeof leadId === 'string' ? { leadId } : {}),
    ...(faults.length > 0 ? {} : isAbsent(grade) ? gradeLead(facts) : { grade: grade as LeadGrade }),
    ...{ faults, channels, recipient: { ...person, id: leadId, ...personal(person['name'], data) } },
  };
}

/** The lead's name is a variable like its own data, which may say otherwise. */
function personal(name: unknown, data: unknown): { data?: unknown } {
  if (!isAbsent(data) && !isRecord(data)) return { data };
  const named = typeof name === 'string' ? { name } : {};
  return isAbsent(data) && isAbsent(name) ? {} : { data: { ...named, ...data } };
}

const gradeFaults = (grade: unknown): FieldFault[] =>
  isAbsent(grade) || LEAD_GRADES.some((known) => known === grade)
    ? []
    : [{ field: 'grade', code: 'unknown_grade', message: `must be one of ${LEAD_GRADES.join(', ')}` }];

function signalFaults(signals: unknown): FieldFault[] {
  if (isAbsent(signals)) return [];
  if (!isRecord(signals)) return [{ field: 'signals', code: 'not_an_object', message: 'must be a JSON object' }];
  const { score, engaged, ...others } = signals;
  const whole = typeof score === 'number' && Number.isInteger(score) && score >= 0 && score <= 100;
  return [
    ...(isAbsent(score) || whole
      ? []
      : [{ field: 'signals.score', code: 'malformed', message: 'must be a whole number from 0 to 100' }]),
    ...(isAbsent(engaged) || typeof engaged === 'boolean'
      ? []
      : [{ field: 'signals.engaged', code: 'malformed', message: 'must be true or false' }]),
    ...(Object.keys(others).length === 0
      ? []
      : [{ field: 'signals', code: 'unknown_field', message: 'has names other than score, engaged' }]),
  ];
}

interface Beside {
  readonly data: unknown;
  readonly signals: Readonly<Record<string, unknown>>;
}

function factsOf(person: Readonly<Record<string, unknown>>, { data, signals }: Beside): LeadFacts {
  const { name, timeZone, locale, customerType, contacts, preferences } = person;
  const { optOut } = isRecord(preferences) ? preferences : {};
  const unwanted = new Set<unknown>(Array.isArray(optOut) ? optOut : []);
  const counts = CONTACT_FIELDS.filter(([, channel]) => !unwanted.has(channel)).map(
    ([field, channel]) => [channel, isRecord(contacts) ? addressCount(contacts[field]) : 0] as const,
  );
  return {
    addresses: Object.fromEntries(counts),
    ...{ hasName: isSaid(name), hasTimeZone: isSaid(timeZone), hasLocale: isSaid(locale) },
    ...{ hasCustomerType: isSaid(customerType), hasData: isRecord(data) && Object.keys(data).length > 0 },
    engaged: signals['engaged'] === true,
    ...(typeof signals['score'] === 'number' ? { score: signals['score'] } : {}),
  };
}

/** Different ones: the same address twice is one. */
const addressCount = (given: unknown): number =>
  isSaid(given) ? 1 : Array.isArray(given) ? new Set(given.filter(isSaid)).size : 0;
const isSaid = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
