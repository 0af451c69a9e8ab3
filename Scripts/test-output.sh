#!/usr/bin/env bash
# Shows a test run's failures and closes with the runner's own summary; the whole log stays in .build/test.log.
set -uo pipefail
mkdir -p .build
cat >.build/test.log
grep -E "^✘|error:|Fatal error|unexpected signal|skipped:|not there" .build/test.log | grep -v "^✘ Test run" | head -200
summary=$(grep -E "^(✔|✘) Test run with [0-9]+ tests?" .build/test.log | tail -1)
if [ -z "$summary" ]; then
    tail -20 .build/test.log
    echo "the test run ended without a summary; see .build/test.log" >&2
    exit 1
fi
echo "$summary"
case $summary in ✔*) exit 0 ;; *) exit 1 ;; esac
