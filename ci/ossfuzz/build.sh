#!/bin/bash -eu
# Build every fuzz target for libFuzzer, with its seed corpus. It runs inside the
# builder images of OSS-Fuzz and ClusterFuzzLite, which set SRC and OUT and have
# compile_native_go_fuzzer_v2.
cd "$SRC/wsspec"

# The adapter lays its own testing package over the toolchain's, which Go refuses
# to have done to a toolchain in the module cache; use the image's.
export GOTOOLCHAIN=local
GOFLAGS=-mod=mod go get github.com/AdamKorcz/go-118-fuzz-build/testing

go run ./fuzz/libfuzzer fuzz "$OUT"
for package in $(go list -f '{{if .TestGoFiles}}{{.ImportPath}}{{end}}' ./fuzz/...); do
	for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		compile_native_go_fuzzer_v2 "$package" "$target" "${target,,}"
	done
done
