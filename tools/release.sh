#!/usr/bin/env bash
# Builds the release archives into dist/ (or $OUT, an empty directory): for each platform a static binary with
# completions, man pages and the service files, and a bill of materials; the chart; checksums over
# all. `make release` calls it. It needs Go and GNU tar. The same commit gives the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
version=${1:?usage: tools/release.sh VERSION [os/arch ...]}
shift
platforms=("$@")
[ ${#platforms[@]} -gt 0 ] || platforms=(linux/amd64 linux/arm64 darwin/amd64 darwin/arm64)
out=${OUT:-dist}
[ "$out" != dist ] || rm -rf dist
mkdir -p "$out"
[ -z "$(ls -A "$out")" ] || { echo "tools/release.sh: $out is not empty" >&2; exit 1; }
tar --version 2>/dev/null | grep -q GNU || { echo "tools/release.sh: tar is not GNU tar; run this on Linux" >&2; exit 1; }
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH CGO_ENABLED=0
umask 022

# pack DIR NAME ARCHIVE makes $out/ARCHIVE.tar.gz of DIR/NAME, with nothing in it of who made it, and when.
pack() {
  tar --sort=name --owner=0 --group=0 --numeric-owner --mode=u+rw,go=rX --mtime="@$SOURCE_DATE_EPOCH" -C "$1" -cf - "$2" | gzip -9n >"$out/$3.tar.gz"
  echo "$out/$3.tar.gz"
}

# build OUTPUT, for GOOS and GOARCH.
build() {
  go build -trimpath -ldflags "-s -w -X main.version=$version" -o "$1" ./cmd/meshfw
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/share/completions" "$work/share/man/man1"
build "$work/host" # for this machine: it writes its own completions and man pages
for shell in bash zsh fish; do "$work/host" completion "$shell" >"$work/share/completions/meshfw.$shell"; done
"$work/host" man -dir "$work/share/man/man1"

for p in "${platforms[@]}"; do
  name=meshfw_${version}_${p/\//_}
  dir=$work/$name
  mkdir "$dir"
  GOOS=${p%/*} GOARCH=${p#*/} build "$dir/meshfw"
  cp -r "$work/share/." LICENSE README.md config.hcl.example "$dir/"
  [ "${p%/*}" != linux ] || cp -r deploy/systemd "$dir/systemd"
  go run ./internal/sbom -version "$version" "$dir/meshfw" >"$out/$name.cdx.json"
  pack "$work" "$name" "$name"
  rm -r "$dir"
done
pack deploy/helm meshfw "meshfw-chart_$version"

(cd "$out" && sha256sum -- *.tar.gz *.json >SHA256SUMS)
echo "$out/SHA256SUMS"
