/** Databases, who owns them (runs migrations) and which roles may enter. What each role may read is the migrations' business. */
export const databases = {
  events: { owner: 'events_owner', connect: [] },
  vault: { owner: 'vault_owner', connect: ['vault_intake', 'vault_open', 'vault_api', 'vault_desk'] },
  read: { owner: 'read_owner', connect: ['read_system', 'read_api', 'read_analyst'] },
} as const;

export type DatabaseName = keyof typeof databases;
export type DatabaseRole =
  (typeof databases)[DatabaseName]['owner'] | (typeof databases)[DatabaseName]['connect'][number];

export const rolesOf = (name: DatabaseName): string[] => [databases[name].owner, ...databases[name].connect];
export const databaseRoles: string[] = (Object.keys(databases) as DatabaseName[]).flatMap(rolesOf);
