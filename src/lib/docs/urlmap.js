// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the documents of other libraries are.
baseURLs = [
  ['GObject', 'https://docs.gtk.org/gobject/'],
  ['Gio', 'https://docs.gtk.org/gio/'],
];
