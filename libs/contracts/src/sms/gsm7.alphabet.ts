/** The default alphabet of GSM 03.38, without the escape that leads to the extension table. One septet each. */
export const GSM7_BASIC: ReadonlySet<string> = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);

/** Its extension table: an escape before each, so two septets. */
export const GSM7_EXTENSION: ReadonlySet<string> = new Set('\f^{}\\[~]|€');
