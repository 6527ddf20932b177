/** What is asked for: a template of the sandbox, one person a message, delivered by the simulated provider. */
export const requestBody = (run: string, n: number): Record<string, unknown> => ({
  recipient: {
    id: `${run}-${n}`,
    name: 'Robin Example',
    contacts: { email: `${run}-${n}+delivers@sandbox.test` },
  },
  content: {
    templateId: 'email_intro',
    data: { first_name: `Robin ${n}`, business_name: 'Example Bakery', demo_url: 'https://example.test/demo' },
  },
});
