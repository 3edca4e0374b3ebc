#!/bin/bash -eu
# Build every fuzz target for libFuzzer, with its seed corpus. It runs inside the
# builder images of OSS-Fuzz and ClusterFuzzLite, which set SRC and OUT, and CXX,
# CXXFLAGS and LIB_FUZZING_ENGINE for the compiler. TARGETS picks some.
cd "$SRC/wsspec"

go run ./fuzz/libfuzzer archives fuzz "$OUT"
for target in ${TARGETS:-$(grep -ho '^func Fuzz[A-Za-z0-9]*' fuzz/*/*_test.go | sed 's/^func Fuzz//')}; do
	fuzz/libfuzzer/build.sh "$target" "$OUT/fuzz${target,,}"
done
