/** A person's id within one page or account, as far as we look at it: nothing that could be read as a path or an address. */
export const SCOPED_ID = /^[A-Za-z0-9][\w+-]{0,63}$/;

/** A message's id on Messenger and Instagram. */
export const MID = /^[\w.:$+/=-]{1,300}$/;
