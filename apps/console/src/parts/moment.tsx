import { type ReactNode, useEffect, useState } from 'react';
import { relative } from './wording.js';

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const everyMs = 10_000;

/** How long ago, kept up to date; the exact time on hover and for machines. */
export function Age({ at }: { at: string }): ReactNode {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={at} title={exact.format(new Date(at))}>
      {relative(at, Math.max(now, Date.parse(at)))}
    </time>
  );
}

/** The exact time in the zone of whoever looks. */
export const Moment = ({ at }: { at: string }): ReactNode => (
  <time dateTime={at} title={at}>
    {exact.format(new Date(at))}
  </time>
);
