// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Small drawings: a line of the last values, columns over time, the progress of a call.

import { el, svg } from './dom.js';
import { formatMinute, formatNumber, formatTime, t, tn } from './text.js';

const SPARK_POINTS = 40;
const MAX_SERIES = 6;

export class Spark {
  #points = [];

  constructor() {
    this.line = svg('polyline', { points: '' });
    this.node = svg('svg', { class: 'spark', viewBox: '0 0 100 24', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, this.line);
  }

  push(value) {
    this.#points.push(value);
    if (this.#points.length > SPARK_POINTS) {
      this.#points.shift();
    }
    const max = Math.max(...this.#points);
    const step = 100 / (SPARK_POINTS - 1);
    const first = SPARK_POINTS - this.#points.length;
    this.line.setAttribute('points', this.#points.map((point, index) =>
      `${((first + index) * step).toFixed(1)},${(max > 0 ? 22 - point / max * 20 : 22).toFixed(1)}`).join(' '));
  }
}

// How many calls began in each span of time, by who called. @calls have startedMs and who.
export function columns(calls, fromMs, toMs, nColumns) {
  const totals = new Map();
  const span = (toMs - fromMs) / nColumns;

  for (const { who } of calls) {
    totals.set(who, (totals.get(who) ?? 0) + 1);
  }
  const names = [...totals].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const known = names.slice(0, names.length > MAX_SERIES ? MAX_SERIES - 1 : MAX_SERIES);
  const bins = Array.from({ length: nColumns }, () => new Array(known.length + 1).fill(0));
  for (const { who, startedMs } of calls) {
    const index = Math.min(Math.floor((startedMs - fromMs) / span), nColumns - 1);
    const series = known.indexOf(who);
    if (index >= 0) {
      bins[index][series < 0 ? known.length : series]++;
    }
  }
  const max = Math.max(1, ...bins.map((bin) => bin.reduce((sum, n) => sum + n, 0)));
  const seriesOf = (index) => (index < known.length ? index + 1 : 0);
  const rects = bins.flatMap((bin, column) => {
    let top = 100;
    return bin.map((n, series) => {
      const height = n / max * 96;
      top -= height;
      return n > 0 && svg('rect', {
        class: `series-${seriesOf(series)}`, x: column * 10 + 1, width: 8, y: top.toFixed(2), height: Math.max(height - 0.4, 0.6).toFixed(2),
      });
    });
  });
  const summary = `${tn('{n} call', '{n} calls', calls.length)}, ${formatTime(new Date(fromMs), { seconds: false })} – ${formatMinute(new Date(toMs))}`;

  return el('figure', { class: 'stack' },
    el('figcaption', { class: 'row' }, el('strong', {}, summary), el('span', { class: 'dim push' }, t('at most {n} at a time', { n: formatNumber(max) }))),
    svg('svg', { class: 'chart', viewBox: `0 0 ${nColumns * 10} 101`, preserveAspectRatio: 'none', role: 'img', 'aria-label': summary },
      rects.filter(Boolean), svg('line', { class: 'axis', x1: 0, x2: nColumns * 10, y1: 100.5, y2: 100.5 })),
    el('div', { class: 'chart-labels', 'aria-hidden': 'true' },
      [0, 0.25, 0.5, 0.75, 1].map((part) => el('span', {}, formatMinute(new Date(fromMs + part * (toMs - fromMs)))))),
    el('ul', { class: 'legend' },
      known.map((name, index) => el('li', {}, el('span', { class: `swatch series-${index + 1}` }), el('bdi', {}, name),
        el('span', { class: 'dim' }, formatNumber(totals.get(name))))),
      names.length > known.length && el('li', {}, el('span', { class: 'swatch series-0' }), t('others'),
        el('span', { class: 'dim' }, formatNumber(names.slice(known.length).reduce((sum, name) => sum + totals.get(name), 0))))));
}

// The progress of a call over its time: [ms, progress, total] each.
export function curve(samples, label) {
  const end = Math.max(samples.at(-1)[0], 1);
  const top = Math.max(...samples.map(([, progress, total]) => Math.max(progress, total ?? 0)), 1);
  const points = samples.map(([ms, progress]) => `${(ms / end * 400).toFixed(1)},${(98 - progress / top * 94).toFixed(1)}`);

  return svg('svg', { class: 'curve', viewBox: '0 0 400 100', preserveAspectRatio: 'none', role: 'img', 'aria-label': label },
    svg('polyline', { points: points.join(' ') }));
}
