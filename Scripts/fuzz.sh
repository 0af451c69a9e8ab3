#!/usr/bin/env bash
# Fuzzes the parsers with libFuzzer (it comes with the Swift toolchain) under the address sanitizer.
#
#   Scripts/fuzz.sh [SECONDS [TARGET…]]    SECONDS for each target, 60 when not given; all targets when none is named
#
# A crash ends the target's run, and its input is kept under Fuzz/Crashes/TARGET, where `make test` replays it for good.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
shift $(($# > 0 ? 1 : 0))
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(sip stream capture hep gzip records time number responder json directory calendar counts)

build=.build/fuzz
mkdir -p "$build/include"
sanitize=(-sanitize=fuzzer,address)
swift_flags=(
    -O -g -wmo -parse-as-library -swift-version 6
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault
    -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature NonisolatedNonsendingByDefault
    -enable-experimental-feature Lifetimes
    -I "$build" -I "$build/include" -I Sources/CZlib
)
# The C targets' headers, as SwiftPM would show them.
for target in CNumberingData CPrefetch; do
    printf 'module %s { umbrella header "%s" export * }\n' "$target" "$PWD/Sources/$target/include/$target.h"
done >"$build/include/module.modulemap"

module() { # NAME FOLDER
    local sources
    mapfile -t sources < <(find "$2" -name '*.swift' | sort)
    if [ "$build/$1.o" -nt "$(ls -t "${sources[@]}" | head -1)" ] && [ "${fresh:-no}" = no ]; then return; fi
    fresh=yes
    echo "fuzz: building $1"
    swiftc "${swift_flags[@]}" "${sanitize[@]}" -module-name "$1" -emit-module -emit-module-path "$build/$1.swiftmodule" \
        -c "${sources[@]}" -o "$build/$1.o"
}

for source in Sources/CNumberingData/*.c Sources/CPrefetch/*.c; do
    object="$build/$(basename "$source" .c).c.o"
    [ "$object" -nt "$source" ] || clang -O1 -g -fsanitize=address -I "$(dirname "$source")/include" -c "$source" -o "$object"
done
module VigieWire Sources/VigieWire
module VigieCalls Sources/VigieCalls
module VigieFuzzing Fuzz/Harness
swiftc "${swift_flags[@]}" "${sanitize[@]}" -module-name FuzzMain Fuzz/Main.swift "$build"/*.o -lz -o "$build/vigie-fuzz" \
    2> >(grep -v 'Cannot export local symbol' >&2)

status=0
for target in "${targets[@]}"; do
    found="$build/corpus/$target"
    crashes="Fuzz/Crashes/$target"
    mkdir -p "$found" "$crashes"
    words=()
    case $target in sip | stream | capture | responder) words=(-dict=Fuzz/sip.dict) ;; esac
    echo "fuzz: $target for $seconds s"
    # Leaks are looked for elsewhere; the lists of what was found stay out of the repository.
    if ! VIGIE_FUZZ_TARGET=$target ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no "$build/vigie-fuzz" \
        "$found" "Fuzz/Corpus/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=8192 \
        -print_final_stats=1 -verbosity=1 -artifact_prefix="$crashes/" "${words[@]}" >"$build/$target.log" 2>&1; then
        tail -25 "$build/$target.log"
        echo "fuzz: $target broke; the input is in $crashes, the log in $build/$target.log" >&2
        status=1
        continue
    fi
    rmdir "$crashes" 2>/dev/null || true
    grep -E 'stat::number_of_executed_units|stat::peak_rss' "$build/$target.log" | sed "s/^/fuzz: $target /"
done
exit $status
