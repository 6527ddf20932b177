/** The SDK and our client over it, some 15 MB: loaded by whoever makes a provider, not by whoever only hears SendGrid. */
export const loadSendgrid = async () => {
  const [{ SendgridCallClient }, { MailService }] = await Promise.all([
    import('./sendgrid.client.js'),
    import('./sendgrid.sdk.js'),
  ]);
  return { SendgridCallClient, MailService };
};
