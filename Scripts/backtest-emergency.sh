#!/usr/bin/env bash
# Simulates days on which emergency calls get lost and days on which they do not, analyses and scores:
# backtest-emergency.sh [SEEDS] [SCENARIO...]
# SEEDS is a count (20: seeds 1 to 20) or a range (5-9). VIGIE names the executable; KEEP=folder keeps what was made.
# quiet-year is a whole year of every cell, machine and operator as counts by minute, some minutes of a core a seed; QUIET_DAYS and
# QUIET_RATE (171,000 calls a day) make it shorter.
set -euo pipefail
cd "$(dirname "$0")/.."

seeds=${1:-20}
if [ $# -gt 0 ]; then shift; fi
scenarios=("$@")
if [ ${#scenarios[@]} -eq 0 ]; then scenarios=(orange-2021 orange-2023 optus-2025 storm new-year quiet-year); fi
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

failed=0
for scenario in "${scenarios[@]}"; do
    for seed in $(seq "$first" "$last"); do
        name=$folder/$scenario-$seed
        if [ "$scenario" = quiet-year ]; then
            nice -n "${NICE:-15}" "$vigie" bench quiet-year --seed "$seed" --days "${QUIET_DAYS:-365}" --rate "${QUIET_RATE:-171000}" \
                --truth "$name.truth.json" --output "$name.analysis.json" >"$name.log" 2>&1 || {
                echo "backtest: quiet-year seed $seed failed: $(tail -1 "$name.log")" >&2
                failed=$((failed + 1))
            }
            continue
        fi
        # The calls go straight from one to the other: a year of them needs no disk.
        if ! nice -n "${NICE:-15}" "$vigie" simulate "$scenario" --seed "$seed" --truth "$name.truth.json" |
            nice -n "${NICE:-15}" "$vigie" analyze --format json --output "$name.analysis.json" - >"$name.log" 2>&1; then
            echo "backtest: $scenario seed $seed failed: $(tail -1 "$name.log")" >&2
            rm -f "$name.truth.json" "$name.analysis.json"
            failed=$((failed + 1))
        fi
    done
done

status=0
"$vigie" score --skip-filters "$folder" --fail-on "${FAIL_ON:-missed,bars}" || status=$?
if [ "$failed" -gt 0 ]; then
    echo "backtest: $failed runs failed" >&2
    exit 1
fi
exit "$status"
