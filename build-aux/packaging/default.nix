# SPDX-License-Identifier: LGPL-2.1-or-later
#
# For Nix: nix-build build-aux/packaging
{ pkgs ? import <nixpkgs> { } }:

pkgs.stdenv.mkDerivation {
  pname = "mcp-sessiond";
  version = "0.2.0";
  src = ../..;

  nativeBuildInputs = with pkgs; [
    gettext
    glib
    gi-docgen
    gobject-introspection
    meson
    ninja
    pkg-config
    python3
    scdoc
    vala
  ];
  buildInputs = with pkgs; [
    gnutls
    glib
    json-glib
    libsecret
    libsoup_3
    sqlite
  ];
  # The tests want a bus, npm and a browser.
  doCheck = false;

  meta = {
    description = "Sessions and shared tools for AI command-line clients";
    license = pkgs.lib.licenses.lgpl21Plus;
    platforms = pkgs.lib.platforms.linux;
    mainProgram = "mcp-session";
  };
}
