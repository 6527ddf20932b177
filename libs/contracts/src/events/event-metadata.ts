/** What every event carries beside its data. Ids, times and names of ours: never personal data. */
export interface EventMetadata {
  readonly tenantId: string;
  /** The outreach (or other process) this belongs to. */
  readonly correlationId: string;
  /** The command, message or event that caused it. */
  readonly causationId: string;
  /** ISO instant of the command. */
  readonly recordedAt: string;
  /** Service that appended it. */
  readonly recordedBy: string;
  readonly schemaVersion: number;
  readonly traceparent?: string;
}
