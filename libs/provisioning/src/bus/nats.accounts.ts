import type { NatsUser } from './nats.user.js';

/** Where JetStream is, and every user that is not apart. */
const home = 'HOMING';

const text = (value: string) => JSON.stringify(value);
const secret = (password: NatsUser['password']) =>
  typeof password === 'string' ? text(password) : `$${password.variable}`;
const list = (values: readonly string[]) => `[${values.map(text).join(', ')}]`;

/**
 * Lines that say who may log in, say and hear what. Without users: none, and anyone may. A store written without accounts is not
 * seen by a server with them, and the other way round.
 */
export function natsAccounts(users: readonly NatsUser[]): string[] {
  const apart = users.filter((each) => each.apart);
  const together = users.filter((each) => !each.apart);
  if (users.length === 0) return [];
  if (apart.length === 0) return ['authorization {', ...usersOf(together), '}'];
  for (const { name, publish, subscribe } of apart)
    if (!publish || !subscribe) throw new TypeError(`${name} is apart: it needs the lists of what it may say and hear`);
  return [
    'accounts {',
    `  ${home} {`,
    '    jetstream: enabled',
    ...usersOf(together),
    ...exported(home, apart),
    '  }',
    ...apart.flatMap((each) => [
      `  ${text(each.name)} {`,
      ...usersOf([each]),
      ...exported(each.name, apart),
      ...imported(each, apart),
      '  }',
    ]),
    '}',
  ];
}

/** What a user apart hears comes from the home account, and from whoever else apart says it: nothing crosses two borders. */
const streamsTo = (hearer: NatsUser, apart: readonly NatsUser[]): { from: string; subject: string }[] =>
  (hearer.subscribe ?? []).flatMap((subject) =>
    [home, ...apart.filter((each) => each.publish?.includes(subject)).map(({ name }) => name)].map((from) => ({
      from,
      subject,
    })),
  );

/** Each subject once, open to exactly the accounts that need it. */
function exported(account: string, apart: readonly NatsUser[]): string[] {
  const open = new Map<string, string[]>();
  const add = (kind: string, subject: string, to: string) => {
    const opening = `${kind}: ${text(subject)}`;
    open.set(opening, [...(open.get(opening) ?? []), to]);
  };
  for (const each of apart) {
    if (account === home) for (const subject of each.publish ?? []) add('service', subject, each.name);
    for (const { from, subject } of streamsTo(each, apart)) if (from === account) add('stream', subject, each.name);
  }
  const lines = [...open].map(([opening, accounts]) => `      { ${opening}, accounts: ${list(accounts)} }`);
  return lines.length > 0 ? ['    exports: [', ...lines, '    ]'] : [];
}

function imported(each: NatsUser, apart: readonly NatsUser[]): string[] {
  const services = (each.publish ?? []).map((subject) => ({ kind: 'service', from: home, subject }));
  const streams = streamsTo(each, apart).map((stream) => ({ kind: 'stream', ...stream }));
  const lines = [...services, ...streams].map(
    ({ kind, from, subject }) => `      { ${kind}: { account: ${text(from)}, subject: ${text(subject)} } }`,
  );
  return ['    imports: [', ...lines, '    ]'];
}

const usersOf = (users: readonly NatsUser[]): string[] => ['    users: [', users.map(user).join(',\n'), '    ]'];

function user({ name, password, publish, subscribe }: NatsUser): string {
  const rights = [
    ...(publish ? [`publish: { allow: ${list(publish)} }`] : []),
    ...(subscribe ? [`subscribe: { allow: ${list(subscribe)} }`] : []),
  ];
  const permissions = rights.length > 0 ? `, permissions: { ${rights.join(', ')} }` : '';
  return `      { user: ${text(name)}, password: ${secret(password)}${permissions} }`;
}
