// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a tool answered: texts as texts, pictures and sounds from bytes in memory, resources.

import { button, el } from './dom.js';
import { formatBytes, t } from './text.js';

const MAX_TEXT = 200_000;
const PICTURES = /^image\/(png|jpeg|gif|webp|avif|bmp|svg\+xml)$/;
const SOUNDS = /^audio\/[\w.+-]+$/;

function decode(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);

  for (let i = 0; i < text.length; i++) {
    bytes[i] = text.charCodeAt(i);
  }
  return bytes;
}

// An address of bytes that goes with the view.
function makeAddress(base64, type, signal) {
  const url = URL.createObjectURL(new Blob([decode(base64)], { type }));

  signal.addEventListener('abort', () => URL.revokeObjectURL(url));
  return url;
}

function makeText(text) {
  let shown = text;

  try {
    const value = JSON.parse(text);
    if (typeof value === 'object' && value !== null) {
      shown = JSON.stringify(value, null, 2);
    }
  } catch { /* then it is a text */ }
  const isCut = shown.length > MAX_TEXT;
  return [
    el('pre', { class: 'text-block', tabindex: '0', dir: 'auto' }, isCut ? shown.slice(0, MAX_TEXT) : shown),
    isCut && el('p', { class: 'dim' }, t('The rest is not shown; the text has {size}.', { size: formatBytes(text.length) })),
  ];
}

function makeDownload(base64, type, name, signal) {
  const link = el('a', { download: name, class: 'mono' }, name);

  // An unknown type, so that a browser saves it whatever it is.
  link.href = makeAddress(base64, 'application/octet-stream', signal);
  return el('p', {}, link, ' ', el('span', { class: 'dim' }, type ?? ''));
}

function makeMedia(block, signal) {
  try {
    if (PICTURES.test(block.mimeType)) {
      return el('img', { src: makeAddress(block.data, block.mimeType, signal), alt: t('Picture that the tool answered ({type})', { type: block.mimeType }) });
    }
    if (SOUNDS.test(block.mimeType)) {
      return el('audio', { controls: true, src: makeAddress(block.data, block.mimeType, signal), 'aria-label': t('Sound that the tool answered') });
    }
    return makeDownload(block.data, block.mimeType, t('Data'), signal);
  } catch {
    return el('p', { class: 'problem' }, t('The data cannot be decoded.'));
  }
}

function makeResource(resource, signal) {
  const name = resource.uri?.split('/').pop() || t('Data');

  return el('div', { class: 'stack' },
    el('p', { class: 'mono', dir: 'auto' }, resource.uri),
    typeof resource.text === 'string' ? makeText(resource.text)
      : PICTURES.test(resource.mimeType) ? makeMedia({ data: resource.blob, mimeType: resource.mimeType }, signal)
        : makeDownload(resource.blob ?? '', resource.mimeType, name, signal));
}

function makeLink(link, read, signal) {
  const content = el('div', { class: 'stack' });

  return el('div', { class: 'stack' },
    el('p', { class: 'row' }, el('strong', { dir: 'auto' }, link.title ?? link.name ?? ''), el('span', { class: 'mono', dir: 'auto' }, link.uri),
      button(t('Read'), async () => {
        try {
          const { contents } = await read(link.uri);
          content.replaceChildren(...contents.map((resource) => makeResource(resource, signal)));
        } catch (error) {
          content.replaceChildren(el('p', { class: 'problem', dir: 'auto' }, error.message));
        }
      })),
    content);
}

function makeBlock(block, read, signal) {
  switch (block.type) {
    case 'text':
      return makeText(block.text);
    case 'image':
    case 'audio':
      return makeMedia(block, signal);
    case 'resource':
      return makeResource(block.resource, signal);
    case 'resource_link':
      return makeLink(block, read, signal);
    default:
      return makeText(JSON.stringify(block));
  }
}

// @read reads a resource by its URI.
export function showResult(result, read, signal) {
  const texts = (result.content ?? []).filter(({ type }) => type === 'text').map(({ text }) => text);
  const structured = result.structuredContent;
  // Servers repeat structured content as a text.
  const isRepeated = texts.some((text) => {
    try {
      return JSON.stringify(JSON.parse(text)) === JSON.stringify(structured);
    } catch {
      return false;
    }
  });

  return el('div', { class: 'result' },
    (result.content ?? []).map((block) => makeBlock(block, read, signal)),
    structured !== undefined && !isRepeated && [el('h4', {}, t('As data')), makeText(JSON.stringify(structured))],
    (result.content ?? []).length === 0 && structured === undefined && el('p', { class: 'dim' }, t('The tool answered nothing.')));
}
