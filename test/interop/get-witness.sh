#!/bin/sh
# get-witness.sh DIR: fetches Debian's sigsum-go into DIR and unpacks it there: DIR/witness/usr/bin/sigsum-witness. No root, no
# change to the system. Needs Debian with apt, dpkg and debian-archive-keyring; 4 MB fetched, 13 MB unpacked.
set -eu
mkdir -p "$1" && cd "$1"
R=$PWD/witness A=$PWD/apt-witness
mkdir -p "$R" "$A/lists/partial" "$A/archives/partial" "$A/etc"
SITE=$(apt-get indextargets --format '$(SITE)' | grep -v security | sort -u | head -n1)
[ -n "$SITE" ] || { echo "no Debian mirror is configured" >&2; exit 3; }
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $SITE bookworm-backports main" > "$A/etc/sources.list"
O="-o Dir::Etc::sourcelist=$A/etc/sources.list -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists=$A/lists
   -o Dir::Cache::archives=$A/archives -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache="
[ "$(id -u)" -ne 0 ] || O="$O -o APT::Sandbox::User=root" # the sandbox user may not write here
# shellcheck disable=SC2086 # the options are words
apt-get $O update -qq
# shellcheck disable=SC2086
(cd "$A" && apt-get $O download sigsum-go/bookworm-backports)
for d in "$A"/*.deb; do dpkg -x "$d" "$R"; done
