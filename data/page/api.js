// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Requests to the daemon, with the owner key. The key is in this module's memory and nowhere else.

let ownerKey = null;

export class ApiError extends Error {
  // status 0: no answer came.
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const listeners = new Set();

// Calls back when the daemon does not know the key any more.
export function onLocked(listener) {
  listeners.add(listener);
}

async function readError(response) {
  const body = await response.json().catch(() => null);

  return new ApiError(response.status, body?.error?.message ?? `HTTP ${response.status}`);
}

async function send(method, path, { body, signal, headers = {}, token = ownerKey, keepalive = false } = {}) {
  const options = { method, signal, keepalive, cache: 'no-store', credentials: 'omit', redirect: 'error', headers: { ...headers } };

  if (token) {
    options.headers.Authorization = `Bearer ${token}`;
  }
  if (body !== undefined) {
    options.headers['Content-Type'] = 'application/json';
    options.body = JSON.stringify(body);
  }
  try {
    return await fetch(path, options);
  } catch (error) {
    throw error.name === 'AbortError' ? error : new ApiError(0, error.message);
  }
}

async function check(response, token) {
  if (response.ok) {
    return response;
  }
  if (response.status === 401 && token === undefined) {
    ownerKey = null;
    listeners.forEach((listener) => listener());
  }
  throw await readError(response);
}

// Exchanges the code in the address for the owner key.
export async function redeem(code) {
  const response = await send('POST', '/dashboard/key', { body: { code }, token: null });

  ownerKey = (await (await check(response, null)).json()).owner_key;
}

// Resolves to the answer's JSON, or its text, or null where it is empty.
export async function request(method, path, options = {}) {
  const response = await check(await send(method, path, options), options.token);

  if (response.status === 204 || response.status === 202) {
    return null;
  }
  return response.headers.get('Content-Type')?.startsWith('application/json') ? response.json() : response.text();
}

export const get = (path, options) => request('GET', path, options);

// Resolves to an answer whose body is read piece by piece.
export async function open(method, path, options = {}) {
  return check(await send(method, path, options), options.token);
}

function parseFrame(frame) {
  const event = { id: null, type: 'message', data: '' };

  for (const line of frame.split('\n')) {
    if (line.startsWith('data:')) {
      event.data += (event.data && '\n') + line.slice(line[5] === ' ' ? 6 : 5);
    } else if (line.startsWith('id:')) {
      event.id = line.slice(3).trim();
    } else if (line.startsWith('event:')) {
      event.type = line.slice(6).trim();
    }
  }
  return event.data || event.type !== 'message' ? event : null;
}

// The events of a stream; null stands for bytes that are no event, which say that the stream lives.
export async function* readEvents(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let buffer = '';

  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      buffer += decoder.decode(value, { stream: true });
      if (buffer.includes('\r')) {
        buffer = buffer.replaceAll('\r\n', '\n');
      }
      const frames = buffer.split('\n\n');
      buffer = frames.pop();
      yield null;
      for (const frame of frames) {
        const event = parseFrame(frame);
        if (event) {
          yield event;
        }
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
