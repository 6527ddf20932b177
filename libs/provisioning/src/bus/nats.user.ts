/** A user of the bus. Without a list, every subject. */
export interface NatsUser {
  name: string;
  /** As it is, or the name of a variable of the configuration that holds it. */
  password: string | { readonly variable: string };
  /** Subjects this user may publish to, wildcards allowed. */
  publish?: string[];
  /** Subjects this user may subscribe to, wildcards allowed. Answers come to an inbox (`_INBOX.>` unless told otherwise). */
  subscribe?: string[];
  /**
   * An account of its own, without JetStream; both lists are needed then. What it publishes crosses into the account of the
   * others as a service, what it hears comes from there as a stream. Whoever may publish into a stream needs this: JetStream
   * sends its acknowledgement to the reply subject the publisher named, under the server's own rights. Within one account that
   * subject may be the JetStream API itself.
   */
  apart?: boolean;
}
