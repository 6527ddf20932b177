import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeAtomically } from './home.directory.js';

/** Everything secret of one local stack. Made once; the data cannot be read without them. */
export interface LocalSecrets {
  idNamespace: string;
  fingerprintKey: string;
  vaultSealKey: string;
  vaultOpenKey: string;
  /** Dead letters have a key pair of their own: whoever opens them can open nothing else. */
  deadLetterSealKey: string;
  deadLetterOpenKey: string;
  /** Ingestion's own pair: opens the keys providers sign with, and nothing else. */
  webhookKeysSealKey: string;
  webhookKeysOpenKey: string;
  jetstreamKey: string;
  sendgridApiKey: string;
  /** PEM, PKCS 8: only the simulator signs. */
  sendgridWebhookPrivateKey: string;
  /** Base64 of the SPKI DER, the form SendGrid shows. */
  sendgridWebhookPublicKey: string;
  /** The sandbox tenant's API key; empty until it was seeded. */
  apiKey: string;
  tenantId: string;
  /** Role or user name -> password. */
  databasePasswords: Record<string, string>;
  natsPasswords: Record<string, string>;
}

export interface SecretNames {
  databaseRoles: readonly string[];
  natsUsers: readonly string[];
}

export type GenerateVaultKeys = () => Promise<{ sealKey: string; openKey: string }>;

const random = (bytes = 24) => randomBytes(bytes).toString('base64url');

/** Reads the secrets, makes what is missing and keeps it (mode 0600). Values that exist never change. */
export async function loadSecrets(
  file: string,
  names: SecretNames,
  generateVaultKeys: GenerateVaultKeys,
): Promise<LocalSecrets> {
  const kept = read(file);
  const passwords = (wanted: readonly string[], have: Record<string, string> = {}) =>
    Object.fromEntries(wanted.map((name) => [name, have[name] ?? random()]));
  const secrets: LocalSecrets = {
    ...(kept.idNamespace === undefined ? await generate(generateVaultKeys) : (kept as Made)),
    ...(kept.deadLetterOpenKey === undefined ? await deadLetterKeys(generateVaultKeys) : (kept as DeadLetterKeys)),
    ...(kept.webhookKeysOpenKey === undefined ? await webhookKeys(generateVaultKeys) : (kept as WebhookKeys)),
    databasePasswords: passwords(names.databaseRoles, kept.databasePasswords),
    natsPasswords: passwords(names.natsUsers, kept.natsPasswords),
  };
  saveSecrets(file, secrets);
  return secrets;
}

/** The secrets as they are, nothing made; undefined when there are none. @throws Error when the file is damaged */
export function keptSecrets(file: string): LocalSecrets | undefined {
  const kept = read(file);
  return kept.idNamespace === undefined ? undefined : (kept as LocalSecrets);
}

export const saveSecrets = (file: string, secrets: LocalSecrets): void =>
  writeAtomically(file, `${JSON.stringify(secrets, undefined, 2)}\n`);

function read(file: string): Partial<LocalSecrets> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    return JSON.parse(text) as Partial<LocalSecrets>;
  } catch {
    throw new Error(
      `${file} is damaged; restore it, or start with --fresh (the stored data cannot be read without it)`,
    );
  }
}

type Made = Omit<LocalSecrets, 'databasePasswords' | 'natsPasswords' | keyof DeadLetterKeys | keyof WebhookKeys>;
type WebhookKeys = Pick<LocalSecrets, 'webhookKeysSealKey' | 'webhookKeysOpenKey'>;
type DeadLetterKeys = Pick<LocalSecrets, 'deadLetterSealKey' | 'deadLetterOpenKey'>;

/** A home made before there were any gets them now. */
async function deadLetterKeys(generateVaultKeys: GenerateVaultKeys): Promise<DeadLetterKeys> {
  const { sealKey, openKey } = await generateVaultKeys();
  return { deadLetterSealKey: sealKey, deadLetterOpenKey: openKey };
}

async function webhookKeys(generateVaultKeys: GenerateVaultKeys): Promise<WebhookKeys> {
  const { sealKey, openKey } = await generateVaultKeys();
  return { webhookKeysSealKey: sealKey, webhookKeysOpenKey: openKey };
}

async function generate(generateVaultKeys: GenerateVaultKeys): Promise<Made> {
  const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { sealKey, openKey } = await generateVaultKeys();
  return {
    idNamespace: randomUUID(),
    fingerprintKey: randomBytes(32).toString('base64'),
    vaultSealKey: sealKey,
    vaultOpenKey: openKey,
    jetstreamKey: random(32),
    sendgridApiKey: `SG.${random(16)}.${random(32)}`,
    sendgridWebhookPrivateKey: signing.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    sendgridWebhookPublicKey: signing.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    apiKey: '',
    tenantId: randomUUID(),
  };
}
