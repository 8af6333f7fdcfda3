#!/usr/bin/env bash
# Builds the release: one static binary a platform, with checksums, and the licences that go with every copy.
#
#   scripts/release.sh [FOLDER]     (default: dist)
#
# Checks that a Linux binary names no ELF interpreter, that is, needs no library of its host, and
# that the binary for this machine runs.
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-dist}
mkdir -p "$out"
version=$(git describe --tags --always --dirty 2>/dev/null || echo unknown)

for platform in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64; do
  os=${platform%/*} arch=${platform#*/}
  file=$out/impasto-$os-$arch
  [ "$os" != windows ] || file=$file.exe
  CGO_ENABLED=0 GOOS=$os GOARCH=$arch \
    go build -trimpath -tags nodynamic -ldflags "-s -w -X main.version=$version" -o "$file" ./cmd/impasto
  if [ "$os" = linux ]; then
    # readelf is read to its end: with pipefail, grep -q on the pipe could end it early and hide a match.
    headers=$(readelf -lW "$file")
    case $headers in
      *INTERP*) printf 'release: %s names an ELF interpreter; it is not static\n' "$file" >&2; exit 1 ;;
    esac
  fi
  printf '%s\n' "$file"
done

host=$out/impasto-$(go env GOOS)-$(go env GOARCH)$(go env GOEXE)
"$host" version
cp LICENSE NOTICE "$out"
(cd "$out" && sha256sum impasto-* LICENSE NOTICE >SHA256SUMS)
