import type { ProviderSetup } from '../provider.setup.js';
import { createLinkedInProvider } from './linkedin.provider.js';

/**
 * `LINKEDIN_MEMBER` (whose account writes: a profile's address or member URN; without it LinkedIn is not offered), `LINKEDIN_ACCESS_TOKEN` (of an approved
 * partner; without it every message is a task for a person), `LINKEDIN_BASE_URL`, `LINKEDIN_LONGEST_NOTE`.
 */
export const linkedInSetup: ProviderSetup = {
  key: 'linkedin',
  channel: 'linkedin',
  read: (settings) => {
    if (!settings.has('LINKEDIN_MEMBER')) return undefined;
    const address = settings.string('LINKEDIN_MEMBER', { pattern: /^\S{1,200}$/ });
    const token = settings.optionalSecret('LINKEDIN_ACCESS_TOKEN');
    const baseUrl = settings.url('LINKEDIN_BASE_URL', {
      protocols: ['http', 'https'],
      default: 'https://api.linkedin.com',
    });
    const longestNote = settings.int('LINKEDIN_LONGEST_NOTE', { default: 300, min: 1, max: 1_000 });
    return () => ({
      provider: createLinkedInProvider({ ...(token ? { accessToken: token.reveal() } : {}), baseUrl, longestNote }),
      defaultSender: { address },
    });
  },
};
