// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Texts in the reader's language, and numbers and times in the reader's locale. The English text is
// the key; de.json and fr.json have the others. A text with a number is an object with a form for each
// plural category, under the form of many.

const CATALOGUES = ['de', 'fr'];

let texts = {};
let plural = new Intl.PluralRules('en');
let locale = 'en';
let formats = {};

function chooseLanguage(tags) {
  for (const tag of tags) {
    const language = tag.split('-')[0].toLowerCase();
    if (language === 'en' || CATALOGUES.includes(language)) {
      return [language, tag];
    }
  }
  return ['en', tags[0] ?? 'en'];
}

function makeFormats() {
  const number = (options) => new Intl.NumberFormat(locale, options);
  const unit = (name, digits) => number({ style: 'unit', unit: name, unitDisplay: 'narrow', maximumFractionDigits: digits });

  formats = {
    number: number({ maximumFractionDigits: 2 }),
    round: number({ maximumFractionDigits: 0 }),
    short: number({ maximumSignificantDigits: 3 }),
    percent: number({ style: 'percent', maximumFractionDigits: 0 }),
    time: new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }),
    minute: new Intl.DateTimeFormat(locale, { timeStyle: 'short' }),
    day: new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' }),
    full: new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }),
    ago: new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'long' }),
    millisecond: unit('millisecond', 0),
    decisecond: unit('second', 1),
    second: unit('second', 0),
    minutes: unit('minute', 0),
    hour: unit('hour', 0),
    days: unit('day', 0),
    bytes: ['byte', 'kilobyte', 'megabyte', 'gigabyte'].map((name) =>
      number({ style: 'unit', unit: name, unitDisplay: 'short', maximumSignificantDigits: 3 })),
  };
}

// Chooses by what the browser says of its reader.
export async function loadTexts() {
  const [language, tag] = chooseLanguage(navigator.languages?.length ? navigator.languages : [navigator.language]);

  locale = tag;
  plural = new Intl.PluralRules(language);
  makeFormats();
  document.documentElement.lang = language;
  if (language !== 'en') {
    texts = await (await fetch(`/page/${language}.json`)).json();
  }
}

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

export function t(text, values = {}) {
  return fill(texts[text] ?? text, values);
}

// One of two texts, by a number: “{n}” in them is that number.
export function tn(one, other, n, values = {}) {
  const forms = texts[other] ?? { one, other };

  return fill(forms[plural.select(n)] ?? forms.other, { n: formats.number.format(n), ...values });
}

// A text with elements in it: an array for the children of an element.
export function tx(text, values) {
  return (texts[text] ?? text).split(/(\{\w+\})/).map((part) => (part.startsWith('{') ? values[part.slice(1, -1)] ?? part : part));
}

export const formatNumber = (value) => formats.number.format(value);
export const formatPercent = (value) => formats.percent.format(value);

export function formatRate(perSecond) {
  if (perSecond >= 1) {
    return t('{n}/s', { n: formats.short.format(perSecond) });
  }
  return t('{n}/min', { n: formats.short.format(perSecond * 60) });
}

export function formatBytes(bytes) {
  let unit = 0;

  while (bytes >= 1000 && unit < 3) {
    bytes /= 1000;
    unit++;
  }
  return formats.bytes[unit].format(bytes);
}

// A span of time, with two units at most.
export function formatDuration(ms) {
  const seconds = Math.round(ms / 1000);

  if (ms < 1000) {
    return formats.millisecond.format(Math.max(ms, 0));
  }
  if (ms < 9950) {
    return formats.decisecond.format(ms / 1000);
  }
  if (seconds < 60) {
    return formats.second.format(seconds);
  }
  if (seconds < 3600) {
    return `${formats.minutes.format(Math.floor(seconds / 60))} ${formats.second.format(seconds % 60)}`;
  }
  if (seconds < 86400) {
    return `${formats.hour.format(Math.floor(seconds / 3600))} ${formats.minutes.format(Math.floor(seconds / 60) % 60)}`;
  }
  return `${formats.days.format(Math.floor(seconds / 86400))} ${formats.hour.format(Math.floor(seconds / 3600) % 24)}`;
}

const isToday = (date) => date.toDateString() === new Date().toDateString();

// The time of day, with the day where that is not today.
export function formatTime(date, { seconds = true } = {}) {
  const time = (seconds ? formats.time : formats.minute).format(date);

  return isToday(date) ? time : `${formats.day.format(date)}, ${time}`;
}

export const formatFull = (date) => formats.full.format(date);
export const formatMinute = (date) => formats.minute.format(date);

export function formatAgo(date) {
  const seconds = Math.round((date - Date.now()) / 1000);

  if (seconds > -60) {
    return t('just now');
  }
  if (seconds > -3600) {
    return formats.ago.format(Math.round(seconds / 60), 'minute');
  }
  if (seconds > -86400) {
    return formats.ago.format(Math.round(seconds / 3600), 'hour');
  }
  return formats.ago.format(Math.round(seconds / 86400), 'day');
}

// An end of a path that says which directory it is.
export function shortenPath(path) {
  const tidy = path.replace(/^\/(?:home\/[^/]+|root)(?=\/|$)/, '~');
  const parts = tidy.split('/');

  return tidy.length > 36 && parts.length > 3 ? `…/${parts.slice(-2).join('/')}` : tidy;
}

// The server's part of an exposed name and the tool's.
export function splitTool(name) {
  const at = name.indexOf('__');

  return at > 0 ? [name.slice(0, at), name.slice(at + 2)] : ['', name];
}
