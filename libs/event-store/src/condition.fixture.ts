/** Lets a test wait for a condition on counts that somebody else changes: whoever changes them calls `changed`. */
export class Conditions {
  private readonly watchers = new Set<() => void>();

  readonly changed = (): void => {
    for (const watch of [...this.watchers]) watch();
  };

  async until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve) => {
      const watch = (): void => {
        if (!condition()) return;
        this.watchers.delete(watch);
        resolve();
      };
      this.watchers.add(watch);
    });
  }
}
