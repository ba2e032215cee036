# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# A Debian that has only the base system, for what tries something on it. Sourced after lib.sh; $debian is its directory.
# Needs root, debootstrap and the network; the exit status is 77 without them.
# shellcheck disable=SC2154 # $build is of lib.sh

# end_processes: those that a failure has left in it.
end_processes ()
{
  for process in /proc/[0-9]*; do
    case $(readlink "$process/root" 2>/dev/null) in
      "$debian"|"$debian"/*) kill "${process#/proc/}" 2>/dev/null || true ;;
    esac
  done
}

unmount ()
{
  end_processes
  for folder in proc dev; do
    umount "$debian/$folder" 2>/dev/null || umount --lazy "$debian/$folder" 2>/dev/null || true
  done
}

# make_base SUITE: into _build/bare-SUITE, once, from where this machine gets its own packages.
make_base ()
{
  [ ! -e "$build/bare-$1.complete" ] || return 0
  mirror=$(apt-get indextargets --format "\$(SITE)" 'Created-By: Packages' | head -n 1)
  say "the base system of Debian ($1)"
  rm -rf "$build/bare-$1"
  debootstrap --variant=minbase "$1" "$build/bare-$1" ${mirror:+"$mirror"} >"$build/bare-$1.log" 2>&1 ||
    { tail -n 20 "$build/bare-$1.log"; exit 77; }
  touch "$build/bare-$1.complete"
}

# bare_debian SUITE NAME: a fresh one in _build/NAME, until the end of the script.
bare_debian ()
{
  [ "$(id -u)" -eq 0 ] || { warn "a bare Debian needs root"; exit 77; }
  need_packages debootstrap || { warn "debootstrap could not be installed"; exit 77; }
  mkdir -p "$build"
  make_base "$1"
  debian="$build/$2"
  unmount
  # Where unmounting fails, /dev is not of this file system.
  rm -rf --one-file-system "$debian"
  cp -a "$build/bare-$1" "$debian"
  trap unmount EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  mount --bind /dev "$debian/dev"
  mount -t proc proc "$debian/proc"
  cp /etc/resolv.conf "$debian/etc/"
  # Nobody needs this system after a loss of power.
  echo force-unsafe-io >"$debian/etc/dpkg/dpkg.cfg.d/unsafe-io"
  cp /etc/apt/apt.conf.d/*proxy* "$debian/etc/apt/apt.conf.d/" 2>/dev/null || true
}

# in_debian COMMAND...
in_debian ()
{
  chroot "$debian" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

# end_daemon FILE: the one whose process id the file has, if there is one. Version 0.1.0 has no command for that.
end_daemon ()
{
  pid=$(sed -n 's/.*"pid" *: *\([0-9]*\).*/\1/p' "$1" 2>/dev/null || true)
  if [ -n "$pid" ] && kill "$pid"; then
    timeout 60 tail -f /dev/null --pid="$pid"
  fi
}

# files_of_project: those outside the homes that have its name.
files_of_project ()
{
  in_debian find / -xdev -path /home -prune -o -path /srv -prune -o -path /tests -prune -o -type f -iname '*mcp*session*' -print |
    grep -v -e '^/etc/apt/' -e '^/var/lib/apt/' -e '^/var/cache/apt/' -e '^/tmp/run' || true
}
