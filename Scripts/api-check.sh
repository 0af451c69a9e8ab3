#!/usr/bin/env bash
# Starts a node on free ports of loopback, with some calls in it, and lets schemathesis try every operation of its OpenAPI document.
# EXAMPLES sets how many requests it makes up for each operation.
set -euo pipefail

vigie=${VIGIE:-.build/release/vigie}
examples=${EXAMPLES:-25}
place=$(mktemp -d)
tools=${VIGIE_TOOLS:-out/tools/schemathesis}
node=
trap '[ -z "$node" ] || { kill "$node" 2>/dev/null; wait "$node" 2>/dev/null || true; }; rm -rf "$place"' EXIT

if ! [ -x "$tools/bin/schemathesis" ]; then
    python3 -m venv "$tools" || { echo "api-check: python3-venv is missing: sudo apt-get install python3-venv" >&2; exit 1; }
    "$tools/bin/pip" install --quiet 'schemathesis>=4,<5'
fi

"$vigie" serve --data "$place/data" --any-port --ready-file "$place/ready.json" >"$place/log" 2>&1 &
node=$!
for _ in $(seq 200); do
    [ -s "$place/ready.json" ] && break
    kill -0 "$node" 2>/dev/null || { cat "$place/log" >&2; exit 1; }
    sleep 0.1
done
port=$(sed -E 's/.*"http":([0-9]+).*/\1/' "$place/ready.json")
base=http://127.0.0.1:$port
bearer="Authorization: Bearer $(cat "$place/data/admin-token")"
"$vigie" simulate rabat-2009 --seed 7 --out "$place/night.csv" >/dev/null
python3 - "$place/night.csv" >"$place/night.ndjson" <<'PY'
import csv, json, sys
for index, row in enumerate(csv.DictReader(open(sys.argv[1]))):
    if index == 2000: break
    print(json.dumps({key: value for key, value in row.items() if value}))
PY
curl -sS -f -o /dev/null -H "$bearer" -H 'Content-Type: application/x-ndjson' -H 'Idempotency-Key: night' --data-binary "@$place/night.ndjson" "$base/api/v1/feeds/calls"
curl -sS -f -o /dev/null -H "$bearer" -H 'Content-Type: application/json' \
    --data '{"filter":{"match":{"called_prefixes":["+3332"]},"action":"reject"},"reason":"check"}' "$base/api/v1/filters" || true

# Live events have no end, so they are tried by the node's own tests.
export SCHEMATHESIS_HOOKS=schemathesis-hooks PYTHONPATH=$PWD/Scripts
"$tools/bin/schemathesis" --config-file Scripts/schemathesis.toml run "$base/api/v1/openapi.json" -H "$bearer" --checks all \
    --exclude-path /api/v1/events --max-examples "$examples" --request-timeout 20 --suppress-health-check all --workers 1 "$@"
