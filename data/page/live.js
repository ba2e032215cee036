// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What is known of sessions and their calls, kept up to date by the daemon's event stream. Whoever
// shows something of it is told once a frame what has changed. Everything here has a bound.

import { get, open, readEvents } from './api.js';

const RETRY_MS = [200, 500, 1000, 2000, 5000];
// The daemon sends something every 15 s.
const SILENCE_MS = 40_000;
// How long a call that has ended stays in sight.
const LINGER_MS = 5000;
// A publisher that tells no end has gone when it was silent for so long.
const FORGOTTEN_MS = 10 * 60_000;
const MAX_TEXT = 400;
const MAX_ENDED = 4;
const MAX_SAMPLES = 64;
const MAX_CURVES = 200;
const MAX_CALLS = 4096;

const cut = (text) => (text && text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
// The history has the daemon's own calls alone; a publisher names its calls as it likes.
const isInHistory = (call) => /^c-\d+$/.test(call.id ?? '');
const keyOf = (event) => event.call_id ?? `${typeof event.token}/${event.token}/${event.tool ?? ''}`;

export class Call {
  constructor(key, sessionId, startedMs) {
    this.key = key;
    this.id = null;
    this.sessionId = sessionId;
    this.startedMs = startedMs;
    this.updatedMs = startedMs;
    this.endedMs = 0;
    this.state = 'running';
    this.tool = '';
    this.client = null;
    this.message = '';
    this.progress = 0;
    this.total = null;
    this.rate = 0;
    this.nReports = 0;
    // Times since the start and progress, thinned out.
    this.samples = [];
    this.stride = 1;
  }

  #sample(now) {
    if (this.nReports % this.stride === 0) {
      this.samples.push([now - this.startedMs, this.progress, this.total]);
    }
    if (this.samples.length > MAX_SAMPLES) {
      this.samples = this.samples.filter((_, index) => index % 2 === 0);
      this.stride *= 2;
    }
  }

  take(event, now) {
    const seconds = (now - this.updatedMs) / 1000;
    const advance = event.progress - this.progress;

    if (this.nReports > 1 && seconds > 0.02 && advance > 0) {
      const weight = this.rate ? 1 - Math.exp(-seconds / 3) : 1;
      this.rate += (advance / seconds - this.rate) * weight;
    }
    if (seconds > 0.02 || this.nReports === 0) {
      this.updatedMs = now;
      this.progress = event.progress;
    } else {
      // Reports in a burst count as one, so that the rate stays a rate.
      this.progress = Math.max(this.progress, event.progress);
    }
    this.id = event.call_id ?? this.id;
    this.tool = cut(event.tool) ?? this.tool;
    this.message = cut(event.message) ?? this.message;
    this.total = event.total ?? this.total;
    this.#sample(now);
    this.nReports++;
    if (event.state && event.state !== 'running') {
      this.end(event.state, now);
    } else if (!event.state && this.total !== null && this.progress >= this.total) {
      this.end('ok', now);
    }
  }

  end(state, now) {
    this.state = state;
    this.endedMs = now;
    this.#sample(now);
  }

  // Seconds until the end, or null where that cannot be told.
  get secondsLeft() {
    return this.total !== null && this.rate > 0 && this.nReports > 2 && this.progress < this.total
      ? (this.total - this.progress) / this.rate : null;
  }
}

class Session {
  constructor(id) {
    this.id = id;
    this.label = '';
    this.cwd = '';
    this.createdAt = null;
    this.lastActiveMs = 0;
    this.calls = new Map();
    this.ended = [];
  }

  take(facts) {
    this.label = facts.label ?? '';
    this.cwd = facts.cwd ?? this.cwd;
    this.createdAt = facts.created_at ? new Date(facts.created_at) : this.createdAt;
    this.lastActiveMs = Math.max(this.lastActiveMs, Date.parse(facts.last_active_at ?? '') || 0);
  }
}

export class Live extends EventTarget {
  sessions = new Map();
  // waiting, live or lost
  state = 'waiting';
  missed = 0;
  nRunning = 0;
  nEvents = 0;
  #curves = new Map();
  #dirty = new Set();
  #isStructural = false;
  #frame = 0;
  #watchers = new Set();
  #lastId = null;
  #abort = null;
  #timer = 0;
  #clock = 0;
  #resync = 0;
  #attempt = 0;

  // Follows the daemon while the page is in sight.
  start() {
    document.addEventListener('visibilitychange', () => this.#follow());
    this.#follow();
  }

  stop() {
    this.#end();
    clearInterval(this.#clock);
  }

  // @watcher is called with the ids of sessions that changed, and whether any came or went.
  watch(watcher, signal) {
    this.#watchers.add(watcher);
    signal.addEventListener('abort', () => this.#watchers.delete(watcher));
  }

  getCurve(callId) {
    for (const session of this.sessions.values()) {
      for (const call of session.calls.values()) {
        if (call.id === callId) {
          return call.samples;
        }
      }
    }
    return this.#curves.get(callId) ?? null;
  }

  #follow() {
    clearInterval(this.#clock);
    if (document.hidden) {
      this.#end();
      cancelAnimationFrame(this.#frame);
      this.#frame = 0;
      return;
    }
    this.#clock = setInterval(() => this.#tick(), 1000);
    this.#attempt = 0;
    this.#connect();
  }

  #end() {
    clearTimeout(this.#timer);
    clearTimeout(this.#resync);
    this.#resync = 0;
    this.#abort?.abort();
    this.#abort = null;
  }

  #setState(state) {
    if (this.state !== state) {
      this.state = state;
      this.dispatchEvent(new Event('state'));
    }
  }

  async #connect() {
    const abort = new AbortController();

    this.#end();
    this.#abort = abort;
    try {
      await this.#read(abort);
    } catch (error) {
      if (error.status === 401) {
        return;
      }
    }
    if (this.#abort === abort) {
      this.#setState('lost');
      this.#timer = setTimeout(() => this.#connect(), RETRY_MS[Math.min(this.#attempt++, RETRY_MS.length - 1)]);
    }
  }

  async #read(abort) {
    const headers = { Accept: 'text/event-stream', ...this.#lastId && { 'Last-Event-ID': this.#lastId } };
    const response = await open('GET', '/events', { signal: abort.signal, headers });
    let heardMs = Date.now();
    const watchdog = setInterval(() => Date.now() - heardMs > SILENCE_MS && abort.abort(), 5000);

    try {
      this.#attempt = 0;
      this.#setState('live');
      // What happens while the answer is under way comes by the stream.
      this.#takeSnapshot(abort.signal).catch(() => this.#resyncSoon());
      for await (const event of readEvents(response)) {
        heardMs = Date.now();
        if (event) {
          this.#lastId = event.id ?? this.#lastId;
          this.#take(event);
        }
      }
    } finally {
      clearInterval(watchdog);
    }
  }

  #take(event) {
    const data = JSON.parse(event.data);

    switch (event.type) {
      case 'message':
        this.#takeProgress(data);
        break;
      case 'session-added':
        this.#session(data.session_id).take({ created_at: new Date().toISOString(), ...data });
        this.#changed(data.session_id, true);
        break;
      case 'session-removed':
        this.#remove(data.session_id);
        break;
      case 'lagged':
        this.missed += data.missed;
        this.dispatchEvent(new Event('lagged'));
        this.#resyncSoon();
        break;
      default:
        break;
    }
  }

  #session(id) {
    let session = this.sessions.get(id);

    if (!session) {
      session = new Session(id);
      this.sessions.set(id, session);
      this.#isStructural = true;
    }
    return session;
  }

  #remove(id) {
    const session = this.sessions.get(id);

    if (session) {
      this.nRunning -= session.calls.size;
      this.sessions.delete(id);
      this.#changed(id, true);
    }
  }

  #takeProgress(event) {
    const now = Date.now();
    const isNew = !this.sessions.has(event.session_id);
    const session = this.#session(event.session_id);
    const key = keyOf(event);
    let call = session.calls.get(key);

    this.nEvents++;
    session.lastActiveMs = now;
    if (isNew) {
      this.#resyncSoon();
    }
    if (!call) {
      // A publisher may report again what was done already.
      if ((!event.state && session.ended.some((ended) => ended.key === key)) || this.nRunning >= MAX_CALLS) {
        return;
      }
      call = new Call(key, event.session_id, now);
      session.calls.set(key, call);
      this.nRunning++;
      if (event.state === 'running' && event.progress === 0) {
        this.dispatchEvent(new CustomEvent('call-started', { detail: call }));
      }
    }
    call.take(event, now);
    if (call.endedMs) {
      this.#retire(session, call);
    }
    this.#changed(event.session_id);
  }

  #retire(session, call) {
    session.calls.delete(call.key);
    this.nRunning--;
    session.ended.unshift(call);
    session.ended.length = Math.min(session.ended.length, MAX_ENDED);
    if (call.id) {
      this.#curves.set(call.id, call.samples);
      if (this.#curves.size > MAX_CURVES) {
        this.#curves.delete(this.#curves.keys().next().value);
      }
    }
    this.dispatchEvent(new CustomEvent('call-ended', { detail: call }));
  }

  async #takeSnapshot(signal) {
    const beginMs = Date.now();
    const [{ sessions }, { calls }] = await Promise.all([
      get('/session', { signal }), get('/calls?state=running&limit=1000', { signal }).catch(() => ({ calls: [] }))]);
    const ids = new Set(sessions.map(({ session_id: id }) => id));
    const running = new Set(calls.map(({ call_id: id }) => id));

    for (const facts of sessions) {
      this.#session(facts.session_id).take(facts);
      this.#changed(facts.session_id, true);
    }
    for (const session of [...this.sessions.values()]) {
      if (!ids.has(session.id) && !(session.createdAt > beginMs)) {
        this.#remove(session.id);
      }
      for (const call of [...session.calls.values()]) {
        if (isInHistory(call) && calls.length < 1000 && !running.has(call.id) && call.updatedMs < beginMs) {
          session.calls.delete(call.key);
          this.nRunning--;
          this.#changed(session.id);
        }
      }
    }
    calls.forEach((facts) => this.#takeRunning(facts));
    this.dispatchEvent(new Event('snapshot'));
  }

  #takeRunning({ call_id: id, session_id: sessionId, tool, client, started_at: startedAt }) {
    const session = this.sessions.get(sessionId);

    if (!session || session.ended.some((call) => call.id === id)) {
      return;
    }
    let call = session.calls.get(id);
    if (!call) {
      call = new Call(id, sessionId, Date.parse(startedAt));
      call.id = id;
      call.tool = tool;
      call.nReports = 1;
      call.updatedMs = Date.now();
      session.calls.set(id, call);
      this.nRunning++;
    }
    call.startedMs = Math.min(call.startedMs, Date.parse(startedAt));
    call.client = client ?? null;
    this.#changed(sessionId);
  }

  #resyncSoon() {
    this.#resync ||= setTimeout(() => {
      this.#resync = 0;
      if (this.#abort && this.state === 'live') {
        this.#takeSnapshot(this.#abort.signal).catch(() => {});
      }
    }, 300);
  }

  #changed(sessionId, isStructural = false) {
    this.#dirty.add(sessionId);
    this.#isStructural ||= isStructural;
    if (!this.#frame && !document.hidden) {
      this.#frame = requestAnimationFrame(() => this.#flush());
    }
  }

  #flush() {
    const dirty = this.#dirty;
    const isStructural = this.#isStructural;

    this.#frame = 0;
    this.#dirty = new Set();
    this.#isStructural = false;
    this.#watchers.forEach((watcher) => watcher(dirty, isStructural));
  }

  // Once a second: what has lingered goes, and times go on.
  #tick() {
    const now = Date.now();

    for (const session of this.sessions.values()) {
      if (session.ended.length > 0 && session.ended.at(-1).endedMs < now - LINGER_MS) {
        session.ended = session.ended.filter((call) => call.endedMs >= now - LINGER_MS);
        this.#changed(session.id);
      }
      for (const call of session.calls.values()) {
        if (!isInHistory(call) && call.updatedMs < now - FORGOTTEN_MS) {
          session.calls.delete(call.key);
          this.nRunning--;
          this.#changed(session.id);
        }
      }
    }
    this.dispatchEvent(new Event('tick'));
  }
}
