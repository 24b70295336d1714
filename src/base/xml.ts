/** Escapes text for XML documents. */

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;" };

/**
 * Escapes text for an element, or for an attribute in double quotes. Characters that XML 1.0 cannot hold (control
 * characters, lone surrogates) become U+FFFD. Line breaks and tabs in attributes, which parsers would turn into spaces,
 * become character references.
 */
export function escapeXml(text: string, attribute = false): string {
  const escaped = text
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]/gu, "\ufffd")
    .replace(/[&<>"\r]/g, (character) => entities[character]);
  return attribute ? escaped.replace(/\n/g, "&#10;").replace(/\t/g, "&#9;") : escaped;
}
