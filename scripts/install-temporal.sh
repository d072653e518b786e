#!/usr/bin/env bash
# The Temporal CLI with its dev server, built from its Go module into the cache folder where `memoir up` looks for it.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/machine.sh"

# The newest release that can be built from the module cache alone: later ones carry replace directives.
module=github.com/temporalio/cli/cmd/temporal@v1.5.1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/memoir/bin

if command -v temporal >/dev/null 2>&1 || [ -x "$cache/temporal" ]; then
  echo 'Temporal is here already.'
  exit 0
fi

PATH=$PATH:/usr/local/go/bin:/usr/lib/go/bin
command -v go >/dev/null 2>&1 || apt_install golang-go ca-certificates

mkdir -p "$cache"
draft=$(mktemp -d "$cache/new-XXXXXX")
trap 'rm -rf "$draft"' EXIT
go=go

# From 1.21 on Go fetches the newer one that a module asks for. Debian 12 has 1.19, which can at least fetch it as a module; what
# comes that way is not marked as programs.
toolchain=1.25.3
if ! printf '1.21\n%s\n' "$(go env GOVERSION | sed 's/^go//')" | sort -C -V; then
  echo "Fetching Go $toolchain …"
  version=v0.0.1-go$toolchain.$(go env GOOS)-$(go env GOARCH)
  (cd "$draft" && GOMODCACHE=$draft/modules go mod download "golang.org/toolchain@$version")
  root=$draft/modules/golang.org/toolchain@$version
  chmod -R u+w "$draft/modules"
  chmod -R u+x "$root/bin" "$root/pkg/tool"
  go=$root/bin/go
  export GOROOT=$root
fi

echo 'Building Temporal, once; that takes some three minutes …'
(cd "$draft" && GOBIN=$draft GOFLAGS=-mod=mod "$go" install "$module")
# Moved when complete: a build that was cut short leaves nothing that looks like a program.
mv "$draft/temporal" "$cache/temporal"
echo 'Temporal is installed.'
