// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A session bus with the keyring of GNOME on it, for a daemon that is to keep its logins there.
'use strict';

const { execFile, execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const PROGRAM = 'gnome-keyring-daemon';
const NAME = 'org.freedesktop.secrets';
const SERVICE = '/org/freedesktop/secrets';
const COLLECTION = `${SERVICE}/aliases/default`;
const PATIENCE_MS = 15_000;
// Of the words on the socket.
const UNLOCK = 1;

class Keyring {
  static isInstalled() {
    try {
      execFileSync('sh', ['-c', `command -v ${PROGRAM} dbus-daemon gdbus`]);
      return true;
    } catch {
      return false;
    }
  }

  async start() {
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'keyring-'));
    this.bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.address = await new Promise((resolve, reject) => {
      this.bus.stdout.once('data', (data) => resolve(String(data).trim()));
      this.bus.once('exit', () => reject(new Error('the bus ended')));
    });
    await this.unlock();
    return this;
  }

  // The variables of programs on this bus. The daemon warns of a keyring that does not take what it must keep.
  get environment() { return { DBUS_SESSION_BUS_ADDRESS: this.address, G_DEBUG: '' }; }

  // Starts the program, which the password opens.
  async unlock() {
    const { G_DEBUG: _, ...env } = process.env;
    this.child = spawn(PROGRAM, ['--foreground', '--unlock', '--components=secrets', `--control-directory=${this.directory}`],
      { env: { ...env, ...this.environment, XDG_DATA_HOME: this.directory }, stdio: ['pipe', 'ignore', 'ignore'] });
    this.child.stdin.end('password');
    await this.#call('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus.GetId');
    execFileSync('gdbus', ['wait', '--address', this.address, '--timeout', '15', NAME], { env: { ...process.env, ...this.environment }, stdio: 'ignore' });
  }

  #call(name, object, method, ...args) {
    return new Promise((resolve, reject) => {
      execFile('gdbus', ['call', '--address', this.address, '--dest', name, '--object-path', object, '--method', method, ...args],
        { timeout: PATIENCE_MS }, (error, stdout) => (error ? reject(error) : resolve(stdout)));
    });
  }

  lock() { return this.#call(NAME, SERVICE, 'org.freedesktop.Secret.Service.Lock', `[objectpath '${COLLECTION}']`); }

  // Opens it as a login to the desktop does: by a socket that the program has for PAM. Nobody on the bus is told.
  open() {
    const password = Buffer.from('password');
    const message = Buffer.alloc(13);

    message.writeUInt32BE(12 + password.length, 1); // behind the byte that brings who asks
    message.writeUInt32BE(UNLOCK, 5);
    message.writeUInt32BE(password.length, 9);
    return new Promise((resolve, reject) => {
      const socket = net.connect(path.join(this.directory, 'control'), () => socket.write(Buffer.concat([message, password])));
      socket.on('error', reject);
      socket.on('data', (data) => {
        socket.destroy();
        if (data.readUInt32BE(4) === 0) { resolve(); } else { reject(new Error(`the keyring stays locked: ${data.toString('hex')}`)); }
      });
    });
  }

  // Resolves to the number of secrets that lie there.
  async count() {
    const items = await this.#call(NAME, COLLECTION, 'org.freedesktop.DBus.Properties.Get', 'org.freedesktop.Secret.Collection', 'Items');
    return items.split(`${SERVICE}/collection`).length - 1;
  }

  async end(signal = 'SIGKILL') {
    const ended = new Promise((resolve) => { this.child.once('exit', resolve); });
    this.child.kill(signal);
    await ended;
  }

  async stop() {
    await this.end();
    this.bus.kill();
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}

module.exports = { Keyring };
