#!/usr/bin/env bash
# Runs all tests: the cores side by side, then the server's one after the other. Closes with the sum. The logs stay in
# .build/test-*.log.
set -uo pipefail
cd "$(dirname "$0")/.."
mkdir -p .build
passed=0 failed=0

count() { # LOG: adds a run's summary; a run without one has failed
    grep -aE "^✘|error:|Fatal error|unexpected signal|skipped:|not there" "$1" | grep -v "^✘ Test run" | head -60
    local summary issues all
    summary=$(grep -aE "^(✔|✘) Test run with [0-9]+ tests?" "$1" | tail -1)
    if [ -z "$summary" ]; then
        tail -5 "$1"
        echo "no summary: see $1"
        failed=$((failed + 1))
        return
    fi
    all=$(sed -E 's/.*with ([0-9]+) tests?.*/\1/' <<<"$summary")
    issues=$(grep -aE "^✘ Test .* failed after" "$1" | grep -avc "^✘ Test run with")
    case $summary in ✘*) [ "$issues" -gt 0 ] || issues=1 ;; esac
    passed=$((passed + all - issues)) failed=$((failed + issues))
    echo "$summary"
}

swift test --skip-build --skip VigieServerTests >.build/test-cores.log 2>&1 </dev/null
count .build/test-cores.log
# One test after the other: the server's start real programs and measure how soon a node answers.
timeout -k 5 900 swift test --skip-build --no-parallel --filter VigieServerTests >.build/test-server.log 2>&1 </dev/null
count .build/test-server.log
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
