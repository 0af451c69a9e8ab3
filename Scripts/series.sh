#!/usr/bin/env bash
# Runs real series of counts through `vigie analyze` and through two peers (river, statsmodels), and prints one table: series.sh [DATA]
# DATA is a folder with ems-nyc, ems-denver, nhs-111-999 and bank-calls-5min; VIGIE names the executable.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:-${VIGIE_SHARED_DATA:-../shared/data}}
vigie=${VIGIE:-.build/release/vigie}
if [ ! -d "$data/ems-nyc" ]; then
    echo "series: there is no ems-nyc in $data; name the folder of the series" >&2
    exit 1
fi
python=out/series-venv/bin/python
[ -x "$python" ] || python3 -m venv out/series-venv
"$python" -c 'import river, statsmodels, holidays' 2>/dev/null || "$python" -m pip -q install river statsmodels holidays
exec "$python" Benchmarks/peers/real_series.py "$vigie" "$data" out/series
