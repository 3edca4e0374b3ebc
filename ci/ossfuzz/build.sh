#!/bin/bash -eu
# Build every fuzz target for libFuzzer, with its seed corpus. It runs inside the
# builder images of OSS-Fuzz and ClusterFuzzLite, which set SRC and OUT and have
# compile_native_go_fuzzer_v2.
cd "$SRC/wsspec"

# The adapter lays its own testing package over the toolchain's, which Go refuses
# to have done to a toolchain in the module cache; use the image's.
export GOTOOLCHAIN=local
# What the adapter generates imports the package beside it, which has to be of its
# own commit: the one that the image's install_go.sh checks out.
adapter=${ADAPTER_VERSION:-fc5dc53b9db8a38c394c53d6e439a1410cf8fc19}
GOFLAGS=-mod=mod go get "github.com/AdamKorcz/go-118-fuzz-build/testing@$adapter"

go run ./fuzz/libfuzzer archives fuzz "$OUT"
for package in $(go list -f '{{if .TestGoFiles}}{{.ImportPath}}{{end}}' ./fuzz/...); do
	folder=$(go list -f '{{.Dir}}' "$package")
	for target in $(grep -ho '^func Fuzz[A-Za-z0-9]*' "$folder"/*_test.go | cut -d ' ' -f 2 || true); do
		compile_native_go_fuzzer_v2 "$package" "$target" "${target,,}"
	done
done
