#!/usr/bin/env bash
# Neo4j 5.26 Community for tests, fetched with Maven as libraries into the cache folder; scripts/neo4j starts it.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/machine.sh
. "$here/machine.sh"

version=5.26.30
home=${XDG_CACHE_HOME:-$HOME/.cache}/memoir/neo4j-$version

if [ -f "$home/Neo4jServer.class" ] && command -v java >/dev/null 2>&1; then
  echo 'Neo4j is here already.'
  exit 0
fi

# It runs on Java 17 or 21; Debian 12 has 17.
command -v javac >/dev/null 2>&1 || apt_install openjdk-17-jdk-headless
command -v mvn >/dev/null 2>&1 || apt_install maven

mkdir -p "$(dirname "$home")"
draft=$(mktemp -d "$home-new-XXXXXX")
trap 'rm -rf "$draft"' EXIT
echo 'Fetching Neo4j, once …'
cp "$here/neo4j/pom.xml" "$draft/"
mvn -q -B -f "$draft/pom.xml" dependency:copy-dependencies -DoutputDirectory="$draft/lib"
javac -cp "$draft/lib/*" -d "$draft" "$here/neo4j/Neo4jServer.java"
# Moved when complete: what was cut short leaves nothing that looks like a server.
rm -rf "$home"
mv "$draft" "$home"
echo 'Neo4j is installed.'
