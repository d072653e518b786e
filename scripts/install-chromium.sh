#!/usr/bin/env bash
# Chromium without a window, from Debian: what the dashboard is tested with.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/machine.sh"

if command -v chromium >/dev/null 2>&1; then
  echo 'Chromium is here already.'
  exit 0
fi
apt_install chromium fonts-dejavu-core
