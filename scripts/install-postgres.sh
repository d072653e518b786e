#!/usr/bin/env bash
# Postgres 15 from Debian 12, and pgvector 0.8.0 built from the source package of Debian 13: the one of Debian 12 has no halfvec.
# The machine's own package lists and sources stay as they are. PGVECTOR_DESTDIR installs pgvector below another root.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/machine.sh"

postgres=15
suite=trixie
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
config=/usr/lib/postgresql/$postgres/bin/pg_config
destdir=${PGVECTOR_DESTDIR:-}

# From 0.7 on there is halfvec; the control file names the version.
has_vector() {
  local control
  control=$destdir$("$config" --sharedir)/extension/vector.control
  [ -f "$control" ] && grep -Eq "^default_version *= *'(0\.([7-9]|[1-9][0-9])|[1-9])" "$control"
}

# The machine's own Debian mirror, as its package lists name it.
mirror() {
  apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL)' 'Created-By: Packages' |
    awk '$2 == "Debian" && $3 == "Debian" { print $1; exit }'
}

build_vector() {
  local work uri
  uri=$(mirror)
  if [ -z "$uri" ]; then
    # A machine that never asked knows its sources by address only.
    as_root apt-get update -qq
    uri=$(mirror)
  fi
  if [ -z "$uri" ]; then
    echo 'No Debian mirror is configured on this machine.' >&2
    return 1
  fi
  work=$(mktemp -d)
  # shellcheck disable=SC2064 -- the folder as it is now
  trap "rm -rf '$work'" EXIT
  mkdir -p "$work/sources" "$work/lists/partial" "$work/cache"
  printf 'deb-src [signed-by=%s] %s %s main\n' "$keyring" "$uri" "$suite" \
    >"$work/sources/$suite.list"
  local apt=(
    apt-get
    -o Dir::Etc::SourceList=/dev/null
    -o "Dir::Etc::SourceParts=$work/sources"
    -o "Dir::State::Lists=$work/lists"
    -o "Dir::Cache=$work/cache"
    -o APT::Sandbox::User=root
  )
  "${apt[@]}" update -qq
  (cd "$work" && "${apt[@]}" source -qq --download-only pgvector)
  mkdir "$work/source"
  tar -xf "$work"/pgvector_*.orig.tar.* -C "$work/source" --strip-components=1
  # Without -march=native: the library may be copied to another machine of the same kind.
  make -s -C "$work/source" OPTFLAGS= PG_CONFIG="$config"
  if [ -n "$destdir" ]; then
    make -s -C "$work/source" OPTFLAGS= PG_CONFIG="$config" DESTDIR="$destdir" install
  else
    as_root make -s -C "$work/source" OPTFLAGS= PG_CONFIG="$config" install
  fi
}

if [ ! -x "/usr/lib/postgresql/$postgres/bin/postgres" ]; then
  apt_install "postgresql-$postgres"
fi
if [ -x "$config" ] && has_vector; then
  echo "Postgres $postgres with pgvector is here already."
  exit 0
fi
apt_install "postgresql-server-dev-$postgres" build-essential dpkg-dev debian-archive-keyring
build_vector
has_vector
echo "Postgres $postgres with pgvector is installed."
