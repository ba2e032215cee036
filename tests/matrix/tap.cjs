// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Test Anything Protocol: a line for each case.
'use strict';

class Tap {
  #number = 0;
  #failed = 0;

  // Runs the case and prints its line.
  async run(name, test) {
    try {
      await test();
      this.#print(true, name);
    } catch (error) {
      this.#print(false, name);
      console.log(String(error.stack).slice(0, 4000).replace(/^/gm, '# '));
    }
  }

  #print(passed, name) {
    this.#number++;
    this.#failed += passed ? 0 : 1;
    console.log(`${passed ? 'ok' : 'not ok'} ${this.#number} - ${name}`);
  }

  // Returns the exit status.
  finish() {
    console.log(`1..${this.#number}`);
    return this.#failed === 0 ? 0 : 1;
  }
}

// Runs a script's cases and ends the process by how they went.
function runTests(main) {
  const tap = new Tap();

  process.on('SIGTERM', () => process.exit(1));
  main(tap).then(() => process.exit(tap.finish()), (error) => {
    console.log(`Bail out! ${error.message}`);
    console.log(error.stack.replace(/^/gm, '# '));
    process.exit(1);
  });
}

module.exports = { runTests };
