/** How long the last client of a database has to leave it, in seconds. */
const LEAVE_WITHIN = 10;

/**
 * Statements that drop a test's database, one call each. A pool says that it has ended before its last connection has: cut off then, that
 * connection would tell its error to nobody, and fail whichever test is running. So whoever is leaving is let go first; who stays is cut off.
 */
export const dropDatabase = (name: string): readonly [string, string] => [
  `do $$ begin
    for turn in 1 .. ${LEAVE_WITHIN * 50} loop
      perform pg_stat_clear_snapshot();
      exit when not exists (select from pg_stat_activity where datname = '${name}');
      perform pg_sleep(0.02);
    end loop;
  end $$`,
  `drop database if exists ${name} with (force)`,
];
