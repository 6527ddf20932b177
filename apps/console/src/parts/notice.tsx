import type { ReactNode } from 'react';

export function Notice({
  title,
  tone = 'quiet',
  children,
}: {
  title: string;
  tone?: 'quiet' | 'bad';
  children?: ReactNode;
}): ReactNode {
  return (
    <div className="notice" data-tone={tone} role={tone === 'bad' ? 'alert' : undefined}>
      <h2>{title}</h2>
      {children}
    </div>
  );
}
