#!/usr/bin/env bash
# Builds the release archives into dist/: a static binary for each platform with completions, man
# pages and the service files, checksums over all, and a bill of materials. `make release` calls it.
set -euo pipefail
cd "$(dirname "$0")/.."
version=${1:?usage: tools/release.sh VERSION [os/arch ...]}
shift
platforms=("$@")
[ ${#platforms[@]} -gt 0 ] || platforms=(linux/amd64 linux/arm64 darwin/amd64 darwin/arm64)
epoch=$(git log -1 --format=%ct)

rm -rf dist
mkdir -p dist/share/completions dist/share/man/man1
make --no-print-directory build VERSION="$version"
for shell in bash zsh fish; do bin/meshfw completion "$shell" >"dist/share/completions/meshfw.$shell"; done
SOURCE_DATE_EPOCH=$epoch bin/meshfw man -dir dist/share/man/man1

for p in "${platforms[@]}"; do
  name=meshfw_${version}_${p/\//_}
  dir=dist/$name
  mkdir -p "$dir"
  CGO_ENABLED=0 GOOS=${p%/*} GOARCH=${p#*/} go build -trimpath -ldflags "-s -w -X main.version=$version" -o "$dir/meshfw" ./cmd/meshfw
  cp -r dist/share/. LICENSE README.md config.hcl.example "$dir/"
  [ "${p%/*}" != linux ] || cp -r deploy/systemd "$dir/systemd"
  # The same commit makes the same archive, byte for byte.
  tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$epoch" -C dist -cf - "$name" | gzip -9n >"dist/$name.tar.gz"
  rm -r "$dir"
  echo "dist/$name.tar.gz"
done
rm -r dist/share

tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$epoch" -C deploy/helm -cf - meshfw | gzip -9n >"dist/meshfw-chart_$version.tar.gz"
go run github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0 mod -json -licenses -output "dist/meshfw_${version}_sbom.cdx.json"
(cd dist && sha256sum -- *.tar.gz *.json >checksums.txt)
echo "dist/checksums.txt"
