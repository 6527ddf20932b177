import type { ProviderSetup } from '../provider.setup.js';
import { createContactFormProvider } from './contact-form.provider.js';
import { loopbackSites } from './site-address.policy.js';

/**
 * `CONTACT_FORM_FROM_EMAIL` (where answers go: without it forms are not filled in), `CONTACT_FORM_FROM_NAME`, `CONTACT_FORM_USER_AGENT`, and
 * for tests and the sandbox `CONTACT_FORM_LOOPBACK_SITES`.
 */
export const contactFormSetup: ProviderSetup = {
  key: 'contact_form',
  channel: 'contact_form',
  read: (settings) => {
    if (!settings.has('CONTACT_FORM_FROM_EMAIL')) return undefined;
    const address = settings.string('CONTACT_FORM_FROM_EMAIL', { pattern: /^[^\s@]+@[^\s@]+$/ });
    const name = settings.string('CONTACT_FORM_FROM_NAME', { default: '' });
    const userAgent = settings.string('CONTACT_FORM_USER_AGENT', {
      default: 'Homing/1.0',
      pattern: /^[\x20-\x7e]{1,200}$/,
    });
    const sites = settings.list('CONTACT_FORM_LOOPBACK_SITES', { default: [] });
    try {
      loopbackSites(sites);
    } catch (error) {
      settings.fault('CONTACT_FORM_LOOPBACK_SITES', (error as Error).message);
    }
    return ({ siteClaims: claims } = {}) => ({
      provider: createContactFormProvider({ userAgent, loopbackSites: sites, ...(claims ? { claims } : {}) }),
      defaultSender: { address, ...(name === '' ? {} : { name }) },
    });
  },
};
