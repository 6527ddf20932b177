type Sendgrid = Pick<typeof import('./sendgrid.client.js'), 'SendgridCallClient'> &
  Pick<typeof import('./sendgrid.sdk.js'), 'MailService'>;

let loading: Promise<Sendgrid> | undefined;

/**
 * The SDK and our client over it, some 15 MB: loaded by whoever makes a provider, not by whoever only hears SendGrid. Asked for at every
 * call, and therefore remembered: to import what is loaded takes as long as to write the request.
 */
export const loadSendgrid = (): Promise<Sendgrid> => (loading ??= load());

async function load(): Promise<Sendgrid> {
  try {
    const [{ SendgridCallClient }, { MailService }] = await Promise.all([
      import('./sendgrid.client.js'),
      import('./sendgrid.sdk.js'),
    ]);
    return { SendgridCallClient, MailService };
  } catch (error) {
    loading = undefined;
    throw error;
  }
}
