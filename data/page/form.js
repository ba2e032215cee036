// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A form made from the JSON Schema of a tool's arguments. What a form cannot say is said in JSON.

import { el, field, select } from './dom.js';
import { t } from './text.js';

const MAX_DEPTH = 3;
// Of an enumeration, in words.
const MAX_VALUES = 12;

// A reference within the schema itself is followed, a few times.
function deref(schema, root, depth = 0) {
  if (typeof schema?.$ref !== 'string' || !schema.$ref.startsWith('#/') || depth > MAX_DEPTH) {
    return schema === true ? {} : schema ?? {};
  }
  const target = schema.$ref.slice(2).split('/').reduce((node, key) => node?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], root);
  return deref({ ...target, ...schema, $ref: target?.$ref }, root, depth + 1);
}

// The arguments of a tool: [name, schema, whether it is needed] each.
export function listArguments(schema = {}, root = schema) {
  const required = new Set(schema.required ?? []);

  return Object.entries(schema.properties ?? {}).map(([name, value]) => [name, deref(value, root), required.has(name)]);
}

function typeOf(schema) {
  const types = [schema.type].flat().filter((type) => type && type !== 'null');

  return types.length === 1 ? types[0] : types.length === 0 && schema.enum ? 'string' : null;
}

// The type of an argument in words.
export function describeType(schema = {}) {
  if (schema.enum) {
    const values = schema.enum.slice(0, MAX_VALUES).map((value) => JSON.stringify(value));
    return [...values, ...schema.enum.length > MAX_VALUES ? ['…'] : []].join(' | ');
  }
  if (schema.const !== undefined) {
    return JSON.stringify(schema.const);
  }
  const either = schema.anyOf ?? schema.oneOf;
  if (either) {
    return either.map(describeType).join(' | ');
  }
  const type = [schema.type].flat().filter(Boolean).join(' | ') || t('anything');
  return type === 'array' && schema.items ? `${describeType(schema.items)}[]` : type;
}

export function describeSignature(name, schema) {
  return `${name}(${listArguments(schema).map(([key, value, isRequired]) => `${key}${isRequired ? '' : '?'}: ${describeType(value)}`).join(', ')})`;
}

function describeHint(schema) {
  const parts = [schema.description];

  if (schema.default !== undefined) {
    parts.push(t('Default: {value}', { value: JSON.stringify(schema.default) }));
  }
  if (schema.minimum !== undefined || schema.maximum !== undefined) {
    parts.push(t('From {min} to {max}', { min: schema.minimum ?? '−∞', max: schema.maximum ?? '∞' }));
  }
  return parts.filter(Boolean).join('\n');
}

const fail = (control, message) => {
  control.setCustomValidity(message);
  control.reportValidity();
  throw new Error(message);
};

// Each of these returns { node, read }: read() is undefined where nothing was given.
function makeText(label, schema, isRequired) {
  const isLong = (schema.maxLength ?? 0) > 200 || /text|content|body|query|code|prompt|markdown/i.test(label);
  const control = isLong ? el('textarea', { rows: '3', spellcheck: 'false' })
    : el('input', { type: 'text', autocomplete: 'off', spellcheck: 'false' });

  control.required = isRequired && (schema.minLength ?? 0) > 0;
  return { control, read: () => (control.value === '' && !isRequired ? undefined : control.value) };
}

function makeChoice(label, schema, isRequired) {
  const options = schema.enum.map((value, index) => [String(index), typeof value === 'string' ? value : JSON.stringify(value)]);
  const control = select([...isRequired ? [] : [['', t('not given')]], ...options], isRequired ? '0' : '');

  return { control, read: () => (control.value === '' ? undefined : schema.enum[Number(control.value)]) };
}

function makeNumber(label, schema, isRequired) {
  const control = el('input', { type: 'text', inputmode: 'decimal', autocomplete: 'off' });

  return {
    control,
    read() {
      const text = control.value.trim();
      if (text === '' && !isRequired) {
        return undefined;
      }
      const value = Number(text);
      if (text === '' || !Number.isFinite(value) || (schema.type === 'integer' && !Number.isInteger(value))) {
        fail(control, schema.type === 'integer' ? t('A whole number is wanted.') : t('A number is wanted.'));
      }
      return value;
    },
  };
}

function makeBoolean(label, schema, isRequired) {
  const control = select([...isRequired ? [] : [['', t('not given')]], ['true', t('yes')], ['false', t('no')]], isRequired ? 'false' : '');

  return { control, read: () => (control.value === '' ? undefined : control.value === 'true') };
}

function makeJson(label, schema, isRequired) {
  const placeholder = { array: '[ … ]', object: '{ … }' }[typeOf(schema)] ?? 'JSON';
  const control = el('textarea', { rows: '3', spellcheck: 'false', placeholder });

  return {
    control,
    read() {
      const text = control.value.trim();
      if (text === '' && !isRequired) {
        return undefined;
      }
      try {
        return JSON.parse(text);
      } catch {
        return fail(control, t('This is not JSON.'));
      }
    },
  };
}

function makeOne(key, schema, isRequired, root, depth) {
  const type = typeOf(schema);

  if (type === 'object' && schema.properties && depth < MAX_DEPTH) {
    return makeObject(key, schema, isRequired, root, depth);
  }
  const make = schema.enum ? makeChoice : { string: makeText, number: makeNumber, integer: makeNumber, boolean: makeBoolean }[type] ?? makeJson;
  const { control, read } = make(key, schema, isRequired);
  control.addEventListener('input', () => control.setCustomValidity(''));
  const label = [el('span', { class: 'mono' }, key), isRequired ? el('span', { class: 'dim' }, ` ${t('(needed)')}`) : null];
  return { node: field(label, control, describeHint(schema)), read, isGiven: () => control.value !== '' };
}

function makeObject(key, schema, isRequired, root, depth) {
  const fields = makeFields(schema, root, depth + 1);
  const read = () => {
    const value = Object.fromEntries([...fields].map(([name, part]) => [name, part.read()]).filter(([, part]) => part !== undefined));
    return Object.keys(value).length === 0 && !isRequired ? undefined : value;
  };
  const isGiven = () => [...fields.values()].some((part) => part.isGiven());

  return {
    node: el('fieldset', {}, el('legend', { class: 'mono' }, key),
      schema.description && el('p', { class: 'hint', dir: 'auto' }, schema.description), [...fields.values()].map(({ node }) => node)),
    read: () => (isRequired || isGiven() ? read() : undefined),
    isGiven,
  };
}

function makeFields(schema, root, depth) {
  return new Map(listArguments(schema, root).map(([key, value, isRequired]) => [key, makeOne(key, value, isRequired, root, depth)]));
}

// Fields for a tool's arguments: { node, read }; read() returns the arguments, or throws.
export function makeForm(schema = {}) {
  const fields = makeFields(schema, schema, 0);
  const json = el('textarea', { rows: '8', spellcheck: 'false' });
  const jsonField = field(t('Arguments as JSON'), json);
  const parts = el('div', { class: 'form' }, [...fields.values()].map(({ node }) => node));
  const readFields = () => Object.fromEntries([...fields].map(([key, part]) => [key, part.read()]).filter(([, value]) => value !== undefined));
  let asJson = fields.size === 0 && ['additionalProperties', 'allOf', 'anyOf', 'oneOf', 'patternProperties', '$ref'].some((key) => schema[key]);

  jsonField.hidden = !asJson;
  parts.hidden = asJson;
  json.addEventListener('input', () => json.setCustomValidity(''));
  const toggle = el('button', { type: 'button', class: 'link', 'aria-pressed': String(asJson), onclick() {
    if (!asJson) {
      let value = {};
      try {
        value = readFields();
      } catch { /* what cannot be read yet is left out */ }
      json.value = JSON.stringify(value, null, 2);
    }
    asJson = !asJson;
    jsonField.hidden = !asJson;
    parts.hidden = asJson;
    toggle.setAttribute('aria-pressed', String(asJson));
  } }, t('Write the arguments as JSON'));

  return {
    node: el('div', { class: 'form' }, parts, jsonField, fields.size > 0 && el('div', {}, toggle)),
    read() {
      if (!asJson) {
        return readFields();
      }
      try {
        return json.value.trim() === '' ? {} : JSON.parse(json.value);
      } catch {
        return fail(json, t('This is not JSON.'));
      }
    },
  };
}
