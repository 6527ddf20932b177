import type { ProviderFact } from '@homing/contracts';

/** The fields of one group of a `message/delivery-status` or `message/feedback-report` part, names in lower case. */
export type ReportFields = Readonly<Record<string, string>>;

type Meaning = Pick<ProviderFact, 'fact' | 'subtype' | 'code' | 'unknownEvent'>;

/** The groups of fields of a report part, separated by empty lines; folded lines are joined. */
export function reportGroups(text: string): ReportFields[] {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\n[ \t]+/g, ' ')
    .split(/\n{2,}/)
    .map((group) => Object.fromEntries(group.split('\n').flatMap(fieldOf)))
    .filter((fields) => Object.keys(fields).length > 0);
}

const fieldOf = (line: string): [string, string][] => {
  const match = /^([A-Za-z][A-Za-z0-9-]{0,60}):\s*(.{0,2000})/.exec(line);
  return match ? [[(match[1] ?? '').toLowerCase(), (match[2] ?? '').trim()]] : [];
};

/** What a recipient's group of a delivery status notification (RFC 3464) says; undefined without an action. */
export function meaningOfStatus(fields: ReportFields): Meaning | undefined {
  const action = fields['action']?.toLowerCase();
  if (!action) return undefined;
  const status = statusOf(fields);
  switch (action) {
    case 'failed':
      return { fact: 'bounced', subtype: isHard(status) ? 'hard' : 'soft', ...codeOf(status) };
    case 'delayed':
      return { fact: 'deferred', ...codeOf(status) };
    case 'delivered':
      return { fact: 'delivered' };
    default:
      // `relayed` and `expanded` say that somebody else took it over, and nothing of its end.
      return { fact: 'other', unknownEvent: /^[a-z][a-z0-9_]{0,39}$/.test(action) ? action : 'unnamed' };
  }
}

/** `Status`, or what the server itself had said where that is more than "some failure". */
function statusOf(fields: ReportFields): string | undefined {
  const stated = /^[245]\.\d{1,3}\.\d{1,3}/.exec(fields['status'] ?? '')?.[0];
  const said = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(fields['diagnostic-code'] ?? '')?.[0];
  return stated === undefined || /^[45]\.0\.0$/.test(stated) ? (said ?? stated) : stated;
}

/** Only the address itself makes a failure final: no such mailbox or domain, moved, no mail taken, disabled. A full box, policy or a fault of the system may pass. */
const isHard = (status: string | undefined) => /^5\.(1\.(1|2|3|6|10)|2\.1)$/.test(status ?? '');

const NAMES: Readonly<Record<string, string>> = {
  '1.1': 'invalid_address',
  '1.2': 'invalid_address',
  '1.3': 'invalid_address',
  '1.6': 'invalid_address',
  '1.10': 'invalid_address',
  '2.1': 'mailbox_unavailable',
  '2.2': 'mailbox_full',
  '4.7': 'expired',
};

const codeOf = (status: string | undefined): { code?: string } => {
  if (!status) return {};
  return { code: NAMES[status.slice(2)] ?? `smtp_${status.replaceAll('.', '_')}` };
};
