#!/bin/bash -eu
# Builds every fuzz target for libFuzzer, with its seed corpus. It runs in the builder
# images of OSS-Fuzz and ClusterFuzzLite, which set SRC, OUT, CXX, CXXFLAGS and
# LIB_FUZZING_ENGINE. The variable TARGETS selects some targets.
cd "$SRC/wsspec"

go run ./fuzz/libfuzzer archives fuzz "$OUT"
for target in ${TARGETS:-$(grep -ho '^func Fuzz[A-Za-z0-9]*' fuzz/*/*_test.go | sed 's/^func Fuzz//')}; do
	fuzz/libfuzzer/build.sh "$target" "$OUT/fuzz${target,,}"
done
