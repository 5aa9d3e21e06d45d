#!/bin/sh
# get.sh DIR: fetches Go and its Merkle libraries as Debian packages into DIR and builds DIR/logcheck.bin. No root, no
# change to the system. Needs Debian with apt, dpkg and debian-archive-keyring; 81 MB fetched, 0.4 GB unpacked.
set -eu
SOURCE=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" && cd "$1"
R=$PWD/root A=$PWD/apt
mkdir -p "$R" "$A/lists/partial" "$A/archives/partial" "$A/etc"
SITE=$(apt-get indextargets --format '$(SITE)' | grep -v security | sort -u | head -n1)
[ -n "$SITE" ] || { echo "no Debian mirror is configured" >&2; exit 3; }
for s in bookworm trixie; do
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $SITE $s main"
done > "$A/etc/sources.list"
O="-o Dir::Etc::sourcelist=$A/etc/sources.list -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists=$A/lists
   -o Dir::Cache::archives=$A/archives -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache="
[ "$(id -u)" -ne 0 ] || O="$O -o APT::Sandbox::User=root" # the sandbox user may not write here
# shellcheck disable=SC2086 # the options are words
apt-get $O update -qq
# shellcheck disable=SC2086
(cd "$A" && apt-get $O download golang-1.19-go golang-1.19-src golang-golang-x-mod-dev/bookworm \
  golang-github-transparency-dev-formats-dev/trixie golang-github-transparency-dev-merkle-dev/trixie)
for d in "$A"/*.deb; do dpkg -x "$d" "$R"; done
GOROOT=$R/usr/lib/go-1.19 GO111MODULE=off GOPATH=$R/usr/share/gocode GOCACHE=$PWD/gocache CGO_ENABLED=0 \
  "$R/usr/lib/go-1.19/bin/go" build -o logcheck.bin "$SOURCE/logcheck/main.go"
