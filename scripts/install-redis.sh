#!/usr/bin/env bash
# Redis, from Debian.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/machine.sh"

if command -v redis-server >/dev/null 2>&1; then
  echo 'Redis is here already.'
  exit 0
fi
apt_install redis-server
