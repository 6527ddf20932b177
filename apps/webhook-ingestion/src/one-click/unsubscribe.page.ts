import type { PageWords } from './unsubscribe.words.js';

export type PageKind = 'question' | 'done' | 'strange' | 'later';

/** Nothing but the page itself: no scripts, no pictures, no frames, nothing from elsewhere. */
export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
} as const;

/** The page behind the link. Its words are ours alone: nothing of the request stands in it. */
export function unsubscribePage(kind: PageKind, words: PageWords): string {
  const form = `<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>${words.button}</button></form>`;
  const said = kind === 'question' ? words.question : words[kind];
  return `<!doctype html>
<html lang="${words.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words.title}</title>
<style>
:root{color-scheme:light dark}
body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.25rem}
button{font:inherit;font-weight:600;padding:.75rem 1.5rem;min-height:2.75rem;border:2px solid;border-radius:.5rem;cursor:pointer}
button:focus-visible{outline:3px solid;outline-offset:3px}
</style>
</head>
<body>
<main>
<h1>${words.title}</h1>
<p${kind === 'question' ? '' : ' role="status"'}>${said}</p>
${kind === 'question' || kind === 'later' ? form : ''}
</main>
</body>
</html>
`;
}
