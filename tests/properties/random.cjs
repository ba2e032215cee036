// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Values that are the same for the same seed.
'use strict';

// xorshift32: short, and good enough to choose.
class Random {
  #state;

  constructor(seed) {
    this.#state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  }

  #next() {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    this.#state >>>= 0;
    return this.#state;
  }

  // From 0 to n - 1.
  below(n) {
    return this.#next() % n;
  }

  // True once in n times.
  once(n) {
    return this.below(n) === 0;
  }

  pick(choices) {
    return choices[this.below(choices.length)];
  }

  text() {
    return this.pick(['', 'a', 'b c', 'ü', '\u0000', '\u001b[1m', '../x', 'a'.repeat(300), '${HOME}', '“', '\u202e', '0']);
  }

  // Any JSON value, not very deep.
  value(depth = 0) {
    switch (this.below(depth < 3 ? 8 : 6)) {
      case 0: return null;
      case 1: return this.once(2);
      case 2: return this.pick([0, -1, 1.5, 1e300, 9007199254740993, 7]);
      case 3:
      case 4: return this.text();
      case 5: return this.pick([[], {}]);
      case 6: return Array.from({ length: this.below(4) }, () => this.value(depth + 1));
      default: return this.object(depth + 1);
    }
  }

  object(depth = 0) {
    // A NUL in a name is no JSON for the daemon: the whole text is refused, as it must be.
    const entries = Array.from({ length: this.below(4) }, () => [this.text(), this.value(depth)]);

    return Object.fromEntries(entries.filter(([key]) => !key.includes('\u0000')));
  }
}

module.exports = { Random };
