const hidden = new Set(['head', 'style', 'script', 'title']);
const lineBreaking = new Set(['br', 'tr', 'li', 'dt', 'dd']);
const paragraphBreaking = new Set([
  'p',
  'div',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'ul',
  'ol',
  'table',
  'blockquote',
  'hr',
]);
const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/**
 * A readable text of a message's html: paragraphs apart, list items on lines with a dash, link targets in brackets, nothing of
 * head, styles and scripts. Time grows with the length alone; any input gives an answer.
 */
export function textOfHtml(html: string): string {
  const out: string[] = [];
  let hiddenIn: string | undefined;
  let href = '';
  for (const piece of pieces(html)) {
    if (piece.tag === undefined) {
      if (hiddenIn === undefined) out.push(decode(piece.text).replace(/\s+/g, ' '));
      continue;
    }
    const closing = piece.tag.startsWith('/');
    const name = closing ? piece.tag.slice(1) : piece.tag;
    if (hiddenIn !== undefined) {
      if (closing && name === hiddenIn) hiddenIn = undefined;
      continue;
    }
    if (hidden.has(name) && !closing) hiddenIn = name;
    else if (name === 'a') {
      if (closing && href !== '') out.push(` (${href})`);
      href = closing ? '' : linkOf(piece.text);
    } else if (paragraphBreaking.has(name)) out.push('\n\n');
    else if (lineBreaking.has(name) && !(closing && name !== 'tr')) out.push(name === 'li' ? '\n- ' : '\n');
  }
  return tidy(out.join(''));
}

type Piece = { readonly tag: string | undefined; readonly text: string };

function* pieces(html: string): Generator<Piece> {
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open === -1) return yield { tag: undefined, text: html.slice(at) };
    if (open > at) yield { tag: undefined, text: html.slice(at, open) };
    const comment = html.startsWith('<!--', open);
    const close = html.indexOf(comment ? '-->' : '>', open);
    if (close === -1) return;
    const inside = html.slice(open + 1, close);
    const name = /^\/?[a-z][a-z0-9]*/i.exec(inside)?.[0].toLowerCase();
    if (!comment && name !== undefined) yield { tag: name, text: inside };
    at = close + (comment ? 3 : 1);
  }
}

function linkOf(tag: string): string {
  const value = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(tag);
  const link = decode(value?.[1] ?? value?.[2] ?? '').trim();
  return /^https?:\/\//i.test(link) ? link : '';
}

function decode(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi,
    (whole, decimal, hex, name: string | undefined) => {
      if (name !== undefined) return names[name.toLowerCase()] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

function tidy(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/[ \t]+/g, ' ').trim());
  const kept = lines.filter((line, i) => line !== '' || (i > 0 && lines[i - 1] !== ''));
  return kept.join('\n').trim();
}
