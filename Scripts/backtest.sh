#!/usr/bin/env bash
# Simulates, analyses and scores: backtest.sh [SEEDS] [SCENARIO...]
# SEEDS is a count (20: seeds 1 to 20) or a range (5-9). VIGIE names the executable; KEEP=folder keeps what was made.
set -euo pipefail
cd "$(dirname "$0")/.."

seeds=${1:-20}
if [ $# -gt 0 ]; then shift; fi
scenarios=("$@")
if [ ${#scenarios[@]} -eq 0 ]; then scenarios=(rabat-2009 villegongis-2013 quiet-week look-alikes); fi
first=1
last=$seeds
case $seeds in *-*) first=${seeds%-*} last=${seeds#*-} ;; esac

vigie=${VIGIE:-.build/release/vigie}
if [ ! -x "$vigie" ]; then
    swift build -c release --product vigie
fi

folder=${KEEP:-$(mktemp -d)}
mkdir -p "$folder"
if [ -z "${KEEP:-}" ]; then trap 'rm -rf "$folder"' EXIT; fi

# One run: the calls are deleted as soon as they are analysed, the small files stay for the score.
one() {
    local name=$folder/$1-$2
    "$vigie" simulate "$1" --seed "$2" --out "$name.csv" --truth "$name.truth.json" &&
        "$vigie" analyze --format json --output "$name.analysis.json" "$name.csv" >"$name.log" 2>&1 || {
        echo "backtest: $1 seed $2 failed: $(tail -1 "$name.log" 2>/dev/null)" >&2
        rm -f "$name.csv" "$name.truth.json" "$name.analysis.json"
        return 1
    }
    rm -f "$name.csv"
}

failed=0
running=0
for scenario in "${scenarios[@]}"; do
    for seed in $(seq "$first" "$last"); do
        one "$scenario" "$seed" &
        running=$((running + 1))
        if [ "$running" -ge 2 ]; then
            wait -n || failed=$((failed + 1))
            running=$((running - 1))
        fi
    done
done
while [ "$running" -gt 0 ]; do
    wait -n || failed=$((failed + 1))
    running=$((running - 1))
done

status=0
"$vigie" score "$folder" --fail-on "${FAIL_ON:-missed,false}" || status=$?
if [ "$failed" -gt 0 ]; then
    echo "backtest: $failed runs failed" >&2
    exit 1
fi
exit "$status"
