// The domain decides, the edge gathers: no clock, no I/O, no await, no randomness in domain and contracts.
const banned = (selector, what) => ({ selector, message: `${what}: the edge gathers it and passes it in as data.` });

export const pureRules = {
  'import-x/no-nodejs-modules': 'error',
  'no-restricted-globals': [
    'error',
    'performance',
    'process',
    'Buffer',
    'setTimeout',
    'setInterval',
    'setImmediate',
    'queueMicrotask',
    'fetch',
    'crypto',
  ],
  'no-restricted-imports': [
    'error',
    {
      paths: [
        { name: 'uuid', importNames: ['v1', 'v4', 'v6', 'v7'], message: 'Random or clocked ids are made at the edge.' },
      ],
    },
  ],
  'no-restricted-syntax': [
    'error',
    banned('NewExpression[callee.name="Date"][arguments.length=0]', 'new Date() reads the clock'),
    banned('CallExpression[callee.name="Date"]', 'Date() reads the clock'),
    banned('MemberExpression[object.name="Date"][property.name="now"]', 'Date.now reads the clock'),
    banned('MemberExpression[object.name="Temporal"][property.name="Now"]', 'Temporal.Now reads the clock'),
    banned('MemberExpression[object.name="Math"][property.name="random"]', 'Math.random is randomness'),
    banned('Identifier[name="randomUUID"]', 'randomUUID is randomness'),
    banned('MemberExpression[object.name="globalThis"]', 'globalThis reaches around the fence'),
    banned(
      'NewExpression[callee.object.name="Intl"]:not(:has(Property[key.name="timeZone"]))',
      'Intl without a zone reads the machine',
    ),
    banned('CallExpression[callee.property.name=/^toLocale(Date|Time)?String$/]', 'toLocaleString reads the machine'),
    banned('AwaitExpression', 'await is I/O'),
    banned(':function[async=true]', 'async is I/O'),
  ],
};
