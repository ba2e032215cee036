// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What servers list, more or less right.
'use strict';

// Each kind of list: the member that holds its items, and an item that nothing is wrong with.
const KINDS = {
  'tools/list': {
    member: 'tools',
    make: (name) => ({ name, description: 'd', inputSchema: { type: 'object', properties: {} } }),
    fields: ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations', 'icons', 'execution', '_meta'],
  },
  'prompts/list': {
    member: 'prompts',
    make: (name) => ({ name, description: 'd', arguments: [{ name: 'x', required: true }] }),
    fields: ['name', 'title', 'description', 'arguments', 'icons', '_meta'],
  },
  'resources/list': {
    member: 'resources',
    make: (name) => ({ name, uri: `x-${name}://a`, mimeType: 'text/plain' }),
    fields: ['name', 'title', 'uri', 'mimeType', 'size', 'description', 'annotations', 'icons', '_meta'],
  },
  'resources/templates/list': {
    member: 'resourceTemplates',
    make: (name) => ({ name, uriTemplate: `x-${name}://b/{c}` }),
    fields: ['name', 'title', 'uriTemplate', 'mimeType', 'description', 'annotations', 'icons', '_meta'],
  },
};

// The odd schemas that servers really send, and any other value.
function makeSchema(random) {
  return random.pick([
    () => null, () => ({}), () => ({ type: 'string' }), () => ({ anyOf: [{ type: 'object' }] }),
    () => ({ type: 'object', properties: [] }), () => ({ type: 'object', required: null }),
    () => ({ type: 'object', properties: { a: null } }), () => ({ type: 'object', properties: { a: true } }),
    () => ({ type: ['object', 'null'] }), () => random.value(),
  ])();
}

function spoil(random, kind, item) {
  for (let n = 1 + random.below(3); n > 0; n--) {
    const field = random.pick(kind.fields);

    if (random.once(4)) delete item[field];
    else item[field] = field.endsWith('Schema') ? makeSchema(random) : random.value();
  }
  return random.once(10) ? random.value() : item;
}

// One answer: { result } or { error }, and whether its good item has to come out.
function makeAnswer(random, method, good) {
  const kind = KINDS[method];
  const items = Array.from({ length: random.below(5) }, (_, i) => spoil(random, kind, kind.make(`odd${i}-${good}`)));

  if (random.once(12)) return { answer: random.pick([{ result: null }, { result: [] }, { error: 'no' }, { error: { code: 'x' } },
    { error: { code: -32601, message: 'Method not found' } }, { result: { [kind.member]: null } },
    { result: { [kind.member]: random.value() } }, {}]), hasGood: false };
  items.splice(random.below(items.length + 1), 0, kind.make(good));
  return {
    answer: { result: { [kind.member]: items, ...(random.once(4) ? { nextCursor: random.pick(['', null]) } : {}),
      ...(random.once(6) ? { _meta: random.value() } : {}) }, ...(random.once(8) ? { error: null } : {}) },
    hasGood: true,
  };
}

module.exports = { KINDS, makeAnswer };
