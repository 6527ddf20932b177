// Which room may lean on which (DESIGN section 2). A tag a room does not list here may import nothing of ours.
const adapters = [
  'scope:event-store',
  'scope:messaging',
  'scope:read-model',
  'scope:vault',
  'scope:content',
  'scope:channels',
];
const everyLib = [
  'scope:contracts',
  'scope:domain',
  'scope:service-kit',
  'scope:client',
  'scope:intake',
  'scope:restore-watch',
  ...adapters,
];

export const depConstraints = [
  { sourceTag: 'scope:contracts', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'scope:domain', onlyDependOnLibsWithTags: ['scope:contracts'] },
  { sourceTag: 'scope:provisioning', onlyDependOnLibsWithTags: ['scope:contracts'] },
  { sourceTag: 'scope:service-kit', onlyDependOnLibsWithTags: ['scope:contracts'] },
  { sourceTag: 'scope:client', onlyDependOnLibsWithTags: ['scope:contracts'] },
  { sourceTag: 'scope:console', onlyDependOnLibsWithTags: ['scope:contracts'] },
  // Adapters never import each other; what two of them share is a contract or a decision.
  { sourceTag: 'type:adapter', onlyDependOnLibsWithTags: ['scope:contracts', 'scope:domain', 'scope:service-kit'] },
  // Intake composes what both doors (bus and API) need: registry, identity, seal.
  {
    sourceTag: 'scope:intake',
    onlyDependOnLibsWithTags: ['scope:contracts', 'scope:domain', 'scope:service-kit', 'scope:vault'],
  },
  // Looks at every store, changes none.
  {
    sourceTag: 'scope:doctor',
    onlyDependOnLibsWithTags: [
      'scope:contracts',
      'scope:domain',
      'scope:service-kit',
      'scope:event-store',
      'scope:messaging',
      'scope:read-model',
      'scope:restore-watch',
    ],
  },
  // Whoever sends asks store and bus whether the store is still the one it was.
  {
    sourceTag: 'scope:restore-watch',
    onlyDependOnLibsWithTags: [
      'scope:contracts',
      'scope:domain',
      'scope:service-kit',
      'scope:event-store',
      'scope:messaging',
    ],
  },
  { sourceTag: 'type:app', onlyDependOnLibsWithTags: everyLib },
  {
    sourceTag: 'scope:webhook-ingestion',
    onlyDependOnLibsWithTags: [
      'scope:contracts',
      'scope:channels',
      'scope:messaging',
      'scope:service-kit',
      'scope:vault',
    ],
  },
  // Who makes roles, users and schemas is no service, and no service can.
  { sourceTag: 'type:operations', onlyDependOnLibsWithTags: [...everyLib, 'scope:provisioning', 'scope:doctor'] },
  {
    // The bench speaks with the simulator's own hands.
    sourceTag: 'type:dev',
    onlyDependOnLibsWithTags: [
      ...everyLib,
      'scope:provisioning',
      'scope:doctor',
      'scope:provider-simulator',
      'type:dev-lib',
    ],
  },
  { sourceTag: 'type:dev-lib', onlyDependOnLibsWithTags: [...everyLib, 'scope:provisioning', 'type:dev-lib'] },
];
