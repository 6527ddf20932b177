export type EraseResult =
  { readonly kind: 'erased'; readonly personId: string; readonly erasedAt: string } | { readonly kind: 'missing' };

export type VaultEraser = {
  /**
   * Destroys the person's key and with it everything sealed for them; removes the hashes that lead to them, the clear
   * decision inputs and the masks, and ends the dead letters that speak of them. What stays: that the person existed, when they were erased, and a keyed digest per
   * request so that a repeat is still recognised and never sent again. Repeating answers the first erasure.
   */
  erasePerson(person: { readonly tenantId: string; readonly personId: string }): Promise<EraseResult>;
  /**
   * Ends the dead letters that name a caller's recipient id, also where no person is known by it. Returns how many. Their content
   * leaves the bus within a minute.
   */
  eraseLetters(recipient: { readonly tenantId: string; readonly recipientId: string }): Promise<number>;
  /** The person a caller's recipient id leads to, or undefined. */
  findPerson(recipient: { readonly tenantId: string; readonly recipientId: string }): Promise<string | undefined>;
};
