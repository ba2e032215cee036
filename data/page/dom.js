// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Making and changing elements. Texts only ever become text nodes: nothing here parses markup, and
// the page's policy forbids that as well.

const SVG = 'http://www.w3.org/2000/svg';

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) {
      node.append(child);
    }
  }
  return node;
}

function setAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      node.addEventListener(name.slice(2), value);
    } else if (name === 'value') {
      node.value = value;
    } else if (value === true) {
      node.setAttribute(name, '');
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value);
    }
  }
  return node;
}

// An element. An attribute “onNAME” is a listener; false, null and undefined leave one out.
export function el(name, attributes = {}, ...children) {
  return append(setAttributes(document.createElement(name), attributes), children);
}

export function svg(name, attributes = {}, ...children) {
  return append(setAttributes(document.createElementNS(SVG, name), attributes), children);
}

const ICONS = {
  cancel: 'M5 5l10 10M15 5L5 15',
  check: 'M4 10.5l4 4 8-9',
  failed: 'M10 4.5v7M10 15v.5',
  stopped: 'M6 10h8',
  play: 'M7 4.5l8 5.5-8 5.5z',
  search: 'M9 4a5 5 0 1 0 .01 0M13 13l4 4',
  left: 'M12 5l-5 5 5 5',
};

// A picture beside a text, or inside a control that has a label.
export function icon(name) {
  return svg('svg', { class: 'icon', viewBox: '0 0 20 20', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: ICONS[name] }));
}

export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

export function setAttribute(node, name, value) {
  if (value === null || value === undefined) {
    node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, value);
  }
}

const move = (parent, node, before) => {
  // An element that is moved keeps its focus where the browser can do that.
  if (parent.moveBefore && node.parentNode === parent) {
    parent.moveBefore(node, before);
  } else {
    parent.insertBefore(node, before);
  }
};

// The children of one element, one for each item of a list. Nodes of items that stay are kept, with
// their focus and their scroll position.
export class Keyed {
  #parent;
  #keyOf;
  #make;
  #update;
  #nodes = new Map();

  constructor(parent, { key, make, update = () => {} }) {
    this.#parent = parent;
    this.#keyOf = key;
    this.#make = make;
    this.#update = update;
  }

  get(key) {
    return this.#nodes.get(key);
  }

  get size() {
    return this.#nodes.size;
  }

  set(items) {
    const keys = new Set(items.map(this.#keyOf));
    let cursor;

    for (const [key, node] of this.#nodes) {
      if (!keys.has(key)) {
        this.#nodes.delete(key);
        node.remove();
      }
    }
    cursor = this.#parent.firstChild;
    for (const item of items) {
      const key = this.#keyOf(item);
      let node = this.#nodes.get(key);
      if (!node) {
        node = this.#make(item);
        this.#nodes.set(key, node);
      }
      this.#update(node, item);
      if (cursor === node) {
        cursor = node.nextSibling;
      } else {
        move(this.#parent, node, cursor);
      }
    }
  }
}

// A button with a text.
export function button(text, onclick, attributes = {}) {
  return el('button', { type: 'button', class: 'button', onclick, ...attributes }, text);
}

// A button with a picture only.
export function iconButton(name, label, onclick, attributes = {}) {
  return el('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick, ...attributes }, icon(name));
}

let counter = 0;

export const newId = (prefix) => `${prefix}-${++counter}`;

// A control with its label above.
export function field(label, control, hint) {
  const id = newId('field');
  const hintId = hint ? `${id}-hint` : null;

  control.id = id;
  if (hintId) {
    control.setAttribute('aria-describedby', hintId);
  }
  return el('div', { class: 'field' },
    el('label', { for: id }, label), control, hint && el('p', { class: 'hint', id: hintId, dir: 'auto' }, hint));
}

export function select(options, value, attributes = {}) {
  const node = el('select', attributes, options.map(([key, text]) => el('option', { value: key }, text)));

  node.value = value;
  return node;
}

export function empty(title, ...text) {
  return el('div', { class: 'empty' }, el('p', { class: 'empty-title' }, title), text.map((part) => el('p', {}, part)));
}

// A dialog over the page. Resolves when it is closed, to what close() was given.
export function openDialog(title, build, { wide = false } = {}) {
  const headingId = newId('dialog');

  return new Promise((resolve) => {
    let result;
    const node = el('dialog', { class: wide ? 'dialog wide' : 'dialog', 'aria-labelledby': headingId });
    const close = (value) => {
      result = value;
      node.close();
    };
    append(node, [el('h2', { id: headingId, dir: 'auto' }, title), build(close)]);
    node.addEventListener('close', () => {
      node.remove();
      resolve(result);
    });
    document.body.append(node);
    node.showModal();
  });
}
