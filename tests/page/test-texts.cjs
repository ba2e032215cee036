// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The page's texts: each is in both catalogues, with the same names in braces, and none is there in vain.
// With --list, prints the texts of the page instead.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const { runTests } = require('../matrix/tap.cjs');

const FOLDER = path.join(__dirname, '../../data/page');
const LITERAL = String.raw`'((?:[^'\\]|\\.)*)'`;
const ONE = new RegExp(String.raw`\btx?\(\s*${LITERAL}`, 'g');
const MANY = new RegExp(String.raw`\btn\(\s*${LITERAL},\s*${LITERAL}`, 'g');
const MAX_BYTES = 200 * 1024;

const readFolder = () => fs.readdirSync(FOLDER).filter((name) => name !== 'page.gresource.xml');
const namesIn = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

// The texts of the sources: the key, and whether it has plural forms.
function readTexts() {
  const texts = new Map();

  for (const name of readFolder().filter((file) => file.endsWith('.js'))) {
    const source = fs.readFileSync(path.join(FOLDER, name), 'utf8');
    for (const [, text] of source.matchAll(ONE)) {
      texts.set(text.replaceAll("\\'", "'"), false);
    }
    for (const [, , text] of source.matchAll(MANY)) {
      texts.set(text.replaceAll("\\'", "'"), true);
    }
  }
  return texts;
}

function checkCatalogue(language) {
  const catalogue = JSON.parse(fs.readFileSync(path.join(FOLDER, `${language}.json`), 'utf8'));
  const texts = readTexts();

  for (const [text, isPlural] of texts) {
    assert.ok(text in catalogue, `${language}: “${text}” is missing`);
    const forms = isPlural ? Object.values(catalogue[text]) : [catalogue[text]];
    assert.ok(!isPlural || ('one' in catalogue[text] && 'other' in catalogue[text]), `${language}: “${text}” wants two forms`);
    for (const form of forms) {
      assert.deepEqual(namesIn(form), namesIn(text), `${language}: “${form}”`);
    }
  }
  for (const text of Object.keys(catalogue)) {
    assert.ok(texts.has(text), `${language}: “${text}” is not a text of the page`);
  }
}

function checkSize() {
  const bytes = readFolder().reduce((sum, name) => sum + fs.statSync(path.join(FOLDER, name)).size, 0);

  assert.ok(bytes <= MAX_BYTES, `the page has ${bytes} bytes`);
}

function checkResources() {
  const list = fs.readFileSync(path.join(FOLDER, 'page.gresource.xml'), 'utf8');

  assert.deepEqual([...list.matchAll(/<file>(.*)<\/file>/g)].map(([, name]) => name), readFolder().sort());
}

// What the policy forbids does not get into the sources in the first place.
function checkMarkup() {
  for (const name of readFolder().filter((file) => /\.(js|html)$/.test(file))) {
    const source = fs.readFileSync(path.join(FOLDER, name), 'utf8');
    assert.doesNotMatch(source, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|https?:\/\/(?!www\.w3\.org)\w/, name);
    assert.doesNotMatch(source, /<[^>]+\s(style|on\w+)=|<script>|<style/, name);
  }
}

if (process.argv.includes('--list')) {
  console.log(JSON.stringify(Object.fromEntries([...readTexts()].map(([text, isPlural]) => [text, isPlural ? { one: '', other: '' } : ''])), null, 2));
} else {
  runTests(async (tap) => {
    await tap.run('German has every text', () => checkCatalogue('de'));
    await tap.run('French has every text', () => checkCatalogue('fr'));
    await tap.run('the page has 200 KiB at most', checkSize);
    await tap.run('every file of the page is in the program', checkResources);
    await tap.run('no source makes markup of texts', checkMarkup);
  });
}
