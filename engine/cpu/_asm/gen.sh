#!/bin/sh
# Writes the amd64 kernels of package cpu; with -check it instead fails where the ones checked in differ.
set -eu
cd "$(dirname "$0")"
go run .
if [ "${1-}" = -check ]; then
	git diff --exit-code -- '../kernel_*_amd64.go' '../kernel_*_amd64.s'
fi
