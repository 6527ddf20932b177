import type { SettingsReader } from './provider.setup.js';

type ReadSecret = ReturnType<SettingsReader['optionalSecret']>;

/** Secrets in one variable, comma-separated, the newest first; none where it is not given. */
export const secretList = (secret: ReadSecret): readonly string[] =>
  (secret?.reveal() ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

/** The app's secret to prove calls with: the newest one. */
export function appSecretOf(secret: ReadSecret): { readonly appSecret?: string } {
  const [appSecret] = secretList(secret);
  return appSecret === undefined ? {} : { appSecret };
}
