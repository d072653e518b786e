#!/usr/bin/env bash
# Python 3.10 or newer that can make environments, from Debian: what the Python client is tested with.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/machine.sh"

if python3 -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
  echo 'Python is here already.'
  exit 0
fi
apt_install python3 python3-venv
