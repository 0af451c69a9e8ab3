#!/usr/bin/env bash
# Runs all tests: the cores in one process, then each suite of the server in its own, since those start real programs, sockets
# and threads that must not meet. Closes with the sum. The logs stay in .build/test-*.log.
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
suites=$(swift test list --skip-build 2>/dev/null </dev/null | sed -nE 's/^VigieServerTests\.([A-Za-z0-9_]+)\/.*/\1/p' | sort -u)
[ -n "$suites" ] || { echo "the server's suites cannot be listed" && failed=$((failed + 1)); }
for suite in $suites; do
    log=.build/test-$suite.log
    timeout -k 5 300 swift test --skip-build --filter "VigieServerTests\.$suite/" >"$log" 2>&1 </dev/null
    count "$log"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
