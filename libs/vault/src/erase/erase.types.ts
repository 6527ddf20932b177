export type EraseResult =
  { readonly kind: 'erased'; readonly personId: string; readonly erasedAt: string } | { readonly kind: 'missing' };

export type VaultEraser = {
  /**
   * Destroys the person's key and with it everything sealed for them; removes the hashes that lead to them, the clear
   * decision inputs and the masks. What stays: that the person existed, when they were erased, and a keyed digest per
   * request so that a repeat is still recognised and never sent again. Repeating answers the first erasure.
   */
  erasePerson(person: { readonly tenantId: string; readonly personId: string }): Promise<EraseResult>;
  /** The person a caller's recipient id leads to, or undefined. */
  findPerson(recipient: { readonly tenantId: string; readonly recipientId: string }): Promise<string | undefined>;
};
