#!/usr/bin/env bash
# Helm, built with Go where Go is here already: what deploy/helm/memoir is linted and rendered with.
set -euo pipefail

bin=${XDG_CACHE_HOME:-$HOME/.cache}/memoir/bin

if command -v helm >/dev/null 2>&1 || [ -x "$bin/helm" ]; then
  echo 'Helm is here already.'
elif command -v go >/dev/null 2>&1; then
  echo 'Building Helm, once …'
  mkdir -p "$bin"
  GOBIN=$bin GOFLAGS=-trimpath go install helm.sh/helm/v3/cmd/helm@v3.22.0
else
  echo 'Helm is left out, and with it the tests of the chart: neither helm nor Go is on the PATH.'
fi
