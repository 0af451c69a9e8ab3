#!/usr/bin/env bash
# Shows a test run's failures and its summary, keeps its exit status, and leaves the whole log in .build/test.log.
set -uo pipefail
mkdir -p .build
tee .build/test.log | grep -vE "^(◇|✔) (Test|Suite) |^◇ |^\[[0-9]+/[0-9]+\]|^Build|^Test Suite|^Test Case|Executed 0 tests|^\s*$|started\.$" || true
if grep -qE "^✘|error: fatalError|Fatal error|error: Exited|unexpected signal|failed after .* with [0-9]+ issue" .build/test.log; then exit 1; fi
grep -qE "Test run with [0-9]+ tests? .*passed" .build/test.log
