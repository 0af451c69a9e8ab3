#!/usr/bin/env bash
# Numbers: bytes to plan, validity, kind and place, against libphonenumber (parse, valid, type, format), same input, one core.
# Usage: run.sh [PATH-OF-VIGIE]. Exit status 1 when the first bar (40 times) is missed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
vigie=${1:-$here/../../.build/release/vigie}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$here/make-numbers.py" > "$work/numbers.txt"
c++ -O2 -o "$work/peer" "$here/peer.cpp" -lphonenumber
pin=""
command -v taskset > /dev/null && pin="taskset -c 0"
ours=0
theirs=0
for _ in 1 2 3; do
    now=$($pin "$vigie" bench numbers --rounds 20 "$work/numbers.txt" | sed 's/.*per_second=\([0-9]*\).*/\1/')
    [ "$now" -gt "$ours" ] && ours=$now
    now=$($pin "$work/peer" "$work/numbers.txt" 1 | sed 's/.*per_second=\([0-9]*\).*/\1/')
    [ "$now" -gt "$theirs" ] && theirs=$now
done
version=$(dpkg-query -W -f '${Version}' libphonenumber8 2> /dev/null || echo unknown)
echo "$ours $theirs" | awk -v cores="$(nproc)" -v version="$version" -v day="$(date -u +%F)" '{
    printf "numbers: vigie %.2f M/s, libphonenumber %s %.3f M/s, ratio %.0f (bar 40, goal 100); one of %d cores, %s\n",
        $1 / 1e6, version, $2 / 1e6, $1 / $2, cores, day
    exit $1 / $2 < 40 }'
