# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# What build-aux/check and build-aux/run share. Sourced with $root set to the
# top of the source tree; everything made goes below $build.
# shellcheck disable=SC2154 # set by who sources this
build="$root/_build"

# Sources in C's order and messages in one language, whatever the caller's.
export LC_ALL=C.UTF-8

say ()
{
  printf '==> %s\n' "$*"
}

warn ()
{
  printf 'warning: %s\n' "$*" >&2
}

die ()
{
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# project_version: the top meson.build owns the version.
project_version ()
{
  sed -n "s/^  version: '\(.*\)',$/\1/p" "$root/meson.build" | head -n 1
}

n_jobs ()
{
  nproc 2>/dev/null || echo 2
}

as_root ()
{
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    warn "this needs root, and there is no sudo; an administrator can run: $*"
    return 1
  fi
}

# is_installed PACKAGE
is_installed ()
{
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

apt_get ()
{
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"
}

# Sets $download to what installing PACKAGE... means, as apt says it; fails where apt does not know them all.
plan_install ()
{
  download=$(apt-get -q --assume-no --no-install-recommends install "$@" 2>/dev/null |
    sed -n -e 's/^Need to get \(.*\) of archives\.$/\1 to download/p' \
      -e 's/^After this operation, \(.*\) of additional .*/\1 on the disk/p' | paste -sd, - | sed 's/,/, /')
  [ -n "$download" ] || apt-get -q --simulate --no-install-recommends install "$@" >/dev/null 2>&1
}

# apt_install PACKAGE...: the package lists are fetched only when the ones there
# do not do. What apt says goes to a file.
apt_install ()
{
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    warn "packages are missing, and there is no sudo; an administrator can run:
  apt-get install --no-install-recommends $*"
    return 1
  fi
  mkdir -p "$build"
  if ! ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 || ! plan_install "$@"; then
    say "fetching the package lists"
    apt_get update >>"$build/install.log" 2>&1 || { tail -n 20 "$build/install.log" >&2; return 1; }
    plan_install "$@" || true
  fi
  say "installing $# Debian packages and what they need${download:+ ($download)}; the log is $build/install.log"
  apt_get -y --no-install-recommends install "$@" >>"$build/install.log" 2>&1 ||
    { tail -n 20 "$build/install.log" >&2; return 1; }
}

# need_packages PACKAGE...: installs those that are missing.
need_packages ()
{
  missing=
  command -v dpkg-query >/dev/null || return 0
  for package; do
    is_installed "$package" || missing="$missing $package"
  done
  [ -z "$missing" ] && return 0
  # shellcheck disable=SC2086 # a list of package names
  apt_install $missing
}

# need_build_packages: what building and testing cannot do without.
need_build_packages ()
{
  need_packages build-essential meson ninja-build pkg-config gettext \
    libglib2.0-dev libglib2.0-dev-bin libglib2.0-bin libsoup-3.0-dev libjson-glib-dev libsqlite3-dev libsecret-1-dev libgnutls28-dev \
    dbus-daemon dbus-bin ca-certificates curl scdoc ||
    die "packages needed for building are missing and could not be installed"
}

# need_npm: node and npm, from wherever they come.
need_npm ()
{
  node_packages=
  command -v node >/dev/null || node_packages="nodejs"
  command -v npm >/dev/null || node_packages="$node_packages npm"
  [ -z "$node_packages" ] && return 0
  # shellcheck disable=SC2086 # a list of package names
  need_packages $node_packages
  command -v node >/dev/null && command -v npm >/dev/null
}

# install_npm_packages FOLDER DIRECTORY: those that FOLDER of the source tree names into DIRECTORY,
# when they are not there yet.
install_npm_packages ()
{
  from="$root/$1"
  to="$2"
  if [ -e "$to/complete" ] && cmp -s "$from/package-lock.json" "$to/package-lock.json"; then
    return 0
  fi
  need_npm || return 1
  say "installing the npm packages of $1 (some MB to download)"
  rm -rf "$to"
  mkdir -p "$to"
  cp "$from/package.json" "$from/package-lock.json" "$to/"
  (cd "$to" &&
     npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --fetch-retries=1 \
       --loglevel=error --cache="$build/npm-cache") || return 1
  touch "$to/complete"
}

# build_in DIRECTORY MESON-OPTION...: sets up once, builds what changed: all, or what $targets names.
build_in ()
{
  directory="$1"
  shift
  if [ ! -e "$directory/build.ninja" ]; then
    rm -rf "$directory"
    meson setup "$directory" "$root" "$@" || return 1
  fi
  # shellcheck disable=SC2086 # a list of targets
  ninja -C "$directory" -j "$(n_jobs)" ${targets:-}
}
