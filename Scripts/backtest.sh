#!/usr/bin/env bash
# Simulates, analyses and scores: backtest.sh [SEEDS] [SCENARIO...]
# SEEDS is a count (20: seeds 1 to 20) or a range (5-9). `misroutes` and `emergencies` stand for their scenarios; all without any.
# VIGIE names the executable; KEEP=folder keeps what was made, and what it holds already is not made again; JOBS runs at once (2).
# quiet-year is a whole year of every cell, machine and operator as counts by minute, some minutes of a core a seed; QUIET_DAYS and
# QUIET_RATE (171,000 calls a day) make it shorter.
set -euo pipefail
cd "$(dirname "$0")/.."

seeds=${1:-20}
if [ $# -gt 0 ]; then shift; fi
first=1
last=$seeds
case $seeds in *-*) first=${seeds%-*} last=${seeds#*-} ;; esac
if [ $# -eq 0 ]; then set -- misroutes emergencies; fi
misroutes=() emergencies=()
for name in "$@"; do
    case $name in
        misroutes) misroutes+=(rabat-2009 villegongis-2013 quiet-week look-alikes) ;;
        emergencies) emergencies+=(orange-2021 orange-2023 optus-2025 storm new-year quiet-year) ;;
        orange-* | optus-* | storm | new-year | quiet-year) emergencies+=("$name") ;;
        *) misroutes+=("$name") ;;
    esac
done

vigie=${VIGIE:-.build/release/vigie}
if [ ! -x "$vigie" ]; then
    swift build -c release --product vigie
fi

folder=${KEEP:-$(mktemp -d)}
mkdir -p "$folder"
if [ -z "${KEEP:-}" ]; then trap 'rm -rf "$folder"' EXIT; fi

# One run: the small files stay for the score. Emergency calls go straight from one program to the other: a year of them needs no disk.
one() {
    local group=$1 scenario=$2 seed=$3
    local name=$folder/$group/$scenario-$seed
    mkdir -p "$folder/$group"
    if [ -s "$name.analysis.json" ] && [ -s "$name.truth.json" ]; then return 0; fi
    if [ "$scenario" = quiet-year ]; then
        nice -n "${NICE:-10}" "$vigie" bench quiet-year --seed "$seed" --days "${QUIET_DAYS:-365}" --rate "${QUIET_RATE:-171000}" \
            --truth "$name.truth.json" --output "$name.analysis.json" >"$name.log" 2>&1 && return 0
    elif [ "$group" = emergencies ]; then
        nice -n "${NICE:-10}" "$vigie" simulate "$scenario" --seed "$seed" --truth "$name.truth.json" |
            nice -n "${NICE:-10}" "$vigie" analyze --format json --output "$name.analysis.json" - >"$name.log" 2>&1 && return 0
    else
        nice -n "${NICE:-10}" "$vigie" simulate "$scenario" --seed "$seed" --out "$name.csv" --truth "$name.truth.json" &&
            nice -n "${NICE:-10}" "$vigie" analyze --format json --output "$name.analysis.json" "$name.csv" >"$name.log" 2>&1 && {
            rm -f "$name.csv"
            return 0
        }
    fi
    echo "backtest: $scenario seed $seed failed: $(tail -1 "$name.log" 2>/dev/null)" >&2
    rm -f "$name.csv" "$name.truth.json" "$name.analysis.json"
    return 1
}

failed=0
running=0
# Runs one of a group's scenarios for every seed, some at once.
all() {
    for seed in $(seq "$first" "$last"); do
        one "$1" "$2" "$seed" &
        running=$((running + 1))
        if [ "$running" -ge "${JOBS:-2}" ]; then
            wait -n || failed=$((failed + 1))
            running=$((running - 1))
        fi
    done
}
for scenario in ${misroutes[@]+"${misroutes[@]}"}; do all misroutes "$scenario"; done
for scenario in ${emergencies[@]+"${emergencies[@]}"}; do all emergencies "$scenario"; done
while [ "$running" -gt 0 ]; do
    wait -n || failed=$((failed + 1))
    running=$((running - 1))
done

status=0
if [ ${#misroutes[@]} -gt 0 ]; then
    "$vigie" score "$folder/misroutes" --fail-on "${FAIL_ON:-missed,false}" || status=$?
fi
if [ ${#emergencies[@]} -gt 0 ]; then
    "$vigie" score --skip-filters "$folder/emergencies" --fail-on "${FAIL_ON:-missed,bars}" || status=$?
fi
if [ "$failed" -gt 0 ]; then
    echo "backtest: $failed runs failed" >&2
    exit 1
fi
exit "$status"
