import { withConsentWord, type ConsentWord } from '@homing/domain';
import type { ConsentWordRow, SystemQueries } from '@homing/read-model';
import type { ConsentStore, KeptConsent } from '@homing/vault/consent';
import { consentsIn } from './contact.keeper.js';

export interface ConsentRepairParts {
  readonly readModel: Pick<SystemQueries, 'consentWords'>;
  readonly consents: Pick<ConsentStore, 'saveConsents'>;
}

/** Contacts written at a time, each with all its words. */
const PAGE = 200;

/**
 * Brings the register of consent up to what is projected of the addresses' streams: after the vault was restored from a backup, or a
 * word was lost between its stream and the register. What the register knows better stays. Returns how many contacts it looked at.
 */
export async function repairConsents({ readModel, consents }: ConsentRepairParts): Promise<number> {
  let seen = 0;
  for (let after = ''; ;) {
    const rows = await readModel.consentWords({ after, limit: PAGE });
    const contacts = [...Map.groupBy(rows, (row) => row.fingerprint).values()];
    const last = rows.at(-1);
    if (!last) return seen;
    await consents.saveConsents(contacts.flatMap(consentsOf));
    seen += contacts.length;
    after = last.fingerprint;
  }
}

function consentsOf(rows: readonly ConsentWordRow[]): KeptConsent[] {
  const [first, ...others] = rows;
  if (!first) throw new Error('a contact without a word');
  const { tenantId, fingerprint, channel } = first;
  const consents = rows.reduce<readonly ConsentWord[]>((words, row) => withConsentWord(words, wordOf(row)), []);
  const revision = others.reduce((most, row) => (row.revision > most ? row.revision : most), first.revision);
  return consentsIn({ status: 'known', tenantId, fingerprint, channel, marks: {}, consents }, revision);
}

function wordOf(row: ConsentWordRow): ConsentWord {
  const { kind, consentId, channel, purpose, source, saidAt: at, evidence, wording, validUntil, saidBy } = row;
  const word = { consentId, channel, purpose, source, at, ...(saidBy === null ? {} : { by: saidBy }) };
  if (kind === 'withdrawn') return { kind, ...word, ...(evidence === null ? {} : { evidence }) };
  return {
    ...{ kind, ...word, evidence: evidence ?? '' },
    ...(wording === null ? {} : { wording }),
    ...(validUntil === null ? {} : { validUntil }),
  };
}
