// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Entries of mcp.json, more or less right.
'use strict';

// A key with a value that means something.
const KEYS = {
  command: (r) => r.pick(['true', 'npx', ['uvx', 'x'], '', '/bin/true', '${NO_SUCH_VARIABLE}']),
  args: (r) => r.pick([[], ['-y'], ['${cwd}', '${input:key}'], 'x', [1, true]]),
  env: (r) => r.pick([{}, { A: 'b', N: 1, T: true, Z: null }, { KEY: '${env:MCP_TEST_HIDDEN}' }, []]),
  url: (r) => r.pick(['http://127.0.0.1:9/mcp?key=HIDDEN-QUERY', 'https://h.invalid/${env:MCP_TEST_HIDDEN}', 'x', '']),
  httpUrl: () => 'http://127.0.0.1:9/mcp',
  serverUrl: () => 'http://127.0.0.1:9/sse',
  headers: (r) => r.pick([{ Authorization: 'Bearer ${env:MCP_TEST_HIDDEN}' }, { 'a b': 'c' }, { X: 'a\nb' }, {}]),
  type: (r) => r.pick(['stdio', 'http', 'sse', 'local', 'remote', 'streamable_http', 'StreamableHTTP', 'dbus', 'x', '']),
  transport: (r) => r.pick(['stdio', 'http', 'x']),
  scope: (r) => r.pick(['session', 'cwd', 'shared', 'x']),
  prefix: (r) => r.pick(['', 'p', 'a b', 'ü']),
  allow: (r) => r.pick([['*'], [], 'x']),
  deny: (r) => r.pick([['*'], [1]]),
  includeTools: () => ['a'],
  excludeTools: () => ['a'],
  timeout: (r) => r.pick([5, 60000, -1, '5']),
  timeoutSeconds: (r) => r.pick([5, 0, -1]),
  startSeconds: (r) => r.pick([5, 0, 1e9]),
  idleSeconds: (r) => r.pick([5, 0, 'x']),
  pin: (r) => r.pick([true, false, 'yes']),
  cwd: (r) => r.pick(['/', '.', '~', '']),
  envFile: (r) => r.pick(['/tmp/x', '.env', '${workspaceFolder}/.env']),
  autoApprove: () => ['x'],
  alwaysAllow: () => [],
  trust: () => true,
};
const OFF = [{ disabled: true }, { enabled: false }, { disabled: true, enabled: true }, { disabled: false, enabled: false }];
const ON = [{}, {}, {}, { disabled: false }, { enabled: true }, { disabled: 'true' }, { enabled: null }];

function makeName(random, i) {
  return random.pick([`e${i}`, `e-${i}`, `E ${i}`, `ü${i}`, `e/${i}`, `e.${i}`, `__proto__${i}`, `${'n'.repeat(100)}${i}`]);
}

// One entry, and whether its author switched it off.
function makeEntry(random) {
  const isOff = random.once(4);
  const entry = { ...(random.once(8) ? {} : random.once(2) ? { command: 'true' } : { url: 'http://127.0.0.1:9/mcp' }) };

  for (let n = random.below(5); n > 0; n--) {
    const key = random.pick(Object.keys(KEYS));
    entry[key] = random.once(5) ? random.value() : KEYS[key](random);
  }
  if (random.once(10)) Object.assign(entry, random.object());
  Object.assign(entry, random.pick(isOff ? OFF : ON));
  return !isOff && random.once(30) ? { entry: random.value(), isOff } : { entry, isOff };
}

module.exports = { makeEntry, makeName };
