/** How a provider could tell later what became of an attempt, as the gateway knew it when it claimed. */
export interface Recourse {
  /** It can be asked. That it has nothing counts only so many seconds after the attempt was last in our hands. */
  readonly lookUpAfterSeconds?: number;
  /** It takes a second call under the attempt's key for the first, so many seconds from `startedAt` on. */
  readonly resendWithinSeconds?: number;
}

/** What stood when an attempt was claimed, for who asks later whether it was right to send it. */
export interface SendProof {
  /**
   * When the gate was asked whether the address is held back, and said that it is not. It is asked again directly before the call
   * where that word is older than half a second.
   */
  readonly suppressionReadAt: string;
  /** How far the address's stream was at that reading. Absent: nothing was ever said of the address. */
  readonly contactRevision?: string;
  /** The entry of the register by which its person allows such messages. Absent: none is kept, and none was required. */
  readonly consentId?: string;
  /** The message carried a one-click unsubscribe link. */
  readonly oneClick?: true;
}
