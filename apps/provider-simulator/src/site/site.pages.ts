/** What a visitor meets on the little site; each page is one way in which a contact form can be hard to fill in. */
export const SITE_PAGES = ['plain', 'csrf', 'honeypot', 'multipart', 'captcha', 'failing', 'strict'] as const;
export type SitePage = (typeof SITE_PAGES)[number];

export interface FormVisit {
  readonly page: SitePage;
  /** Where the form is submitted to: the page itself. */
  readonly path: string;
  /** Of this visit; only the page `csrf` asks for it. */
  readonly token: string;
  /** What is wrong with a form that was submitted. */
  readonly fault?: string;
}

const INSIDE: Readonly<Partial<Record<SitePage, string>>> = {
  honeypot: '<div style="display:none"><label>Leave empty <input name="website" value=""></label></div>',
  captcha: '<div class="g-recaptcha" data-sitekey="simulated"></div>',
};

/** A page with one form, as small sites have them. `path` and `token` hold no characters that HTML reads. */
export function formPage({ page, path, token, fault }: FormVisit): string {
  const encoding = page === 'multipart' ? ' enctype="multipart/form-data"' : '';
  return document(
    `${fault === undefined ? '' : `<p role="alert">${fault}</p>`}
<form method="post" action="${path}"${encoding}>
${page === 'csrf' ? `<input type="hidden" name="_token" value="${token}">` : ''}${INSIDE[page] ?? ''}
<label>Your name <input name="name" required></label>
<label>Email <input type="email" name="email" required></label>
<label>Subject <input name="subject"></label>
<label>Message <textarea name="message" required></textarea></label>
<button>Send</button>
</form>`,
  );
}

export const thanksPage = (): string => document('<p>Thank you, your message has been sent.</p>');
export const errorPage = (status: number): string => document(`<p>Error ${status}</p>`);

const document = (body: string): string =>
  `<!doctype html><html lang="en"><head><title>Contact</title></head><body><h1>Contact us</h1>\n${body}\n</body></html>\n`;
