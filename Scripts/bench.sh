#!/usr/bin/env bash
# Measures Vigie beside its peers, on the same core and the same input, and prints each figure as a ratio.
# bench.sh [capture|records|numbers|memory|hep|sip|decisions|emergency|history|delay ...]; CALLS and ROWS size the inputs.
set -euo pipefail
cd "$(dirname "$0")/.."

vigie=.build/release/vigie
work=${BENCH_DIR:-out/bench}
mkdir -p "$work"
calls=${CALLS:-200000}
rows=${ROWS:-3000000}
what=("$@")
[ ${#what[@]} -gt 0 ] || what=(capture records numbers memory hep sip decisions emergency history)
pin="taskset -c $(($(nproc) - 1))"

echo "$(date -u +%Y-%m-%d), $(nproc) cores, $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs)"

# seconds COMMAND…: user and system seconds of the best of three runs.
seconds() {
    local best="" now
    for _ in 1 2 3; do
        now=$({ TIMEFORMAT='%U %S'; time "$@" >/dev/null 2>&1; } 2>&1 | awk '{print $1 + $2}')
        if [ -z "$best" ] || awk "BEGIN { exit !($now < $best) }"; then best=$now; fi
    done
    echo "$best"
}

capture() {
    ./Scripts/install.sh tshark
    local file=$work/background.pcap
    [ -s "$file" ] || $vigie simulate background --seed 1 --days 1 --rate "$calls" --out "$file"
    local messages ours theirs
    messages=$($vigie analyze --format json "$file" | python3 -c 'import json,sys; print(json.load(sys.stdin)["inputs"][0]["messages"])')
    ours=$(seconds $pin $vigie analyze --format json "$file")
    theirs=$(seconds $pin tshark -n -r "$file" -Y sip -T fields -e frame.time_epoch -e ip.src -e ip.dst -e sip.Method -e sip.Status-Code -e sip.Call-ID -e sip.from.user -e sip.to.user)
    awk -v m="$messages" -v a="$ours" -v b="$theirs" -v v="$(tshark --version 2>/dev/null | head -1)" 'BEGIN {
        printf "capture -> incidents   vigie %8.0f messages/s   tshark %8.0f messages/s   ratio %5.1f (bar 20, goal 50)   %d messages, %s\n", m/a, m/b, b/a, m, v }'
}

records() {
    local file=$work/background.csv python=$work/venv/bin/python
    [ -x "$python" ] || { python3 -m venv "$work/venv" && "$work/venv/bin/pip" -q install duckdb; }
    [ -s "$file" ] || $vigie simulate background --seed 1 --days 7 --rate $((rows / 7)) --out "$file"
    local count ours theirs
    count=$(($(wc -l <"$file") - 1))
    ours=$(seconds $pin $vigie analyze --format json "$file")
    theirs=$(seconds $pin "$python" Benchmarks/peers/duckdb_group.py "$file")
    awk -v n="$count" -v a="$ours" -v b="$theirs" -v v="$("$python" -c 'import duckdb; print(duckdb.__version__)')" 'BEGIN {
        printf "call records -> incidents   vigie %8.0f rows/s   DuckDB %8.0f rows/s   ratio %5.2f (bar 0.25, goal 1)   %d rows, DuckDB %s, one thread\n", n/a, n/b, b/a, n, v }'
}

numbers() { ./Benchmarks/numbers/run.sh; }

memory() {
    for count in 100000 1000000 10000000; do
        local kib
        kib=$(python3 Benchmarks/peers/distinct_numbers.py "$count" | { /usr/bin/env python3 Benchmarks/peers/peak_memory.py $vigie analyze --format json -; })
        awk -v n="$count" -v k="$kib" 'BEGIN { printf "distinct numbers %9d   peak memory %4.0f MiB (bar 256 MiB at 10,000,000, goal 128)\n", n, k / 1024 }'
    done
}

# spent PID…: user and system seconds that processes have used so far.
spent() {
    local sum=0 pid
    for pid in "$@"; do
        sum=$((sum + $(awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$pid/stat")))
    done
    awk -v t="$sum" -v h="$(getconf CLK_TCK)" 'BEGIN { print t / h }'
}

# Mirrored messages in, at a rate that both can follow: what counts is the time of a core that a message takes.
hep() {
    ./Scripts/install.sh kamailio curl
    local port=19060 dir=$work/hep rate=${HEP_RATE:-10000} before after pid pids sent ours theirs taken
    rm -rf "$dir" && mkdir -p "$dir/kamailio" "$dir/vigie"
    sed "s#HEP_PORT#$port#; s#HEP_DIRECTORY#$(realpath "$dir")/kamailio#g" Benchmarks/kamailio-sipcapture.cfg >"$dir/kamailio.cfg"
    $pin kamailio -f "$dir/kamailio.cfg" -DD -E -m 256 -M 16 -w "$dir/kamailio" -Y "$(realpath "$dir")/kamailio" >"$dir/kamailio.log" 2>&1 &
    pid=$!
    sleep 2
    pids="$pid $(pgrep -P $pid | tr '\n' ' ')"
    before=$(spent $pids)
    sent=$($vigie bench hep-load --target 127.0.0.1:$port --rate "$rate" --seconds 10 | sed 's/.*sent=\([0-9]*\).*/\1/')
    sleep 2
    after=$(spent $pids)
    kill $pid && wait $pid 2>/dev/null || true
    taken=$(cat "$dir"/kamailio/sip_capture*.log | wc -l)
    theirs=$(awk -v n="$taken" -v a="$before" -v b="$after" 'BEGIN { print n / (b - a) }')
    echo "HEP3 in   Kamailio read $taken of $sent"

    $pin $vigie serve --data "$dir/vigie" --lab --any-port --ready-file "$dir/ready.json" >"$dir/vigie.log" 2>&1 &
    pid=$!
    while [ ! -s "$dir/ready.json" ]; do sleep 0.1; done
    port=$(python3 -c "import json; print(json.load(open('$dir/ready.json'))['hep_udp'][0])")
    local http
    http=$(python3 -c "import json; print(json.load(open('$dir/ready.json'))['http'])")
    before=$(spent $pid)
    sent=$($vigie bench hep-load --target 127.0.0.1:"$port" --rate "$rate" --seconds 10 | sed 's/.*sent=\([0-9]*\).*/\1/')
    sleep 5
    after=$(spent $pid)
    curl -s "http://127.0.0.1:$http/metrics" >"$dir/metrics"
    kill $pid && wait $pid 2>/dev/null || true
    taken=$(awk '$1 == "vigie_line_taken_total{origin=\"signalling\"}" { printf "%d", $2 }' "$dir/metrics")
    ours=$(awk -v n="$taken" -v a="$before" -v b="$after" 'BEGIN { print n / (b - a) }')
    echo "HEP3 in   Vigie took $taken of $sent; named drops: $(awk '/^vigie_hep_dropped_total/ { s += $2 } END { print s + 0 }' "$dir/metrics")"
    awk -v a="$ours" -v b="$theirs" -v v="$(kamailio -v | head -1)" 'BEGIN {
        printf "HEP3 in, calls joined, detectors and store on   vigie %8.0f messages/s of a core   sipcapture to flat files %8.0f messages/s   ratio %5.1f (bar 3, goal 10)   %s\n", a, b, a/b, v }'
}

# INVITE -> decision: the generator on the last core, the server on the first, one after the other, the same requests. Answers by
# the clock, and by the processor time the server took, which a busy machine does not change.
ticks() { for pid in $1; do cat "/proc/$pid/stat"; done | awk '{ sum += $14 + $15 } END { print sum }'; }

# ask PORT PIDS: answers a second, answers a second of processor time, p99 in microseconds.
ask() {
    local before after out
    before=$(ticks "$2")
    out=$($pin $vigie bench sip-load --target "127.0.0.1:$1" --seconds "${SECONDS_EACH:-10}" --window 256)
    after=$(ticks "$2")
    echo "$out" | awk -v t="$((after - before))" -v hz="$(getconf CLK_TCK)" -v s="${SECONDS_EACH:-10}" '{
        for (i = 1; i <= NF; i++) { split($i, kv, "="); v[kv[1]] = kv[2] }
        # The load ran a second longer, to warm up.
        printf "%d %d %d %d", v["per_second"], v["per_second"] * (s + 1) / (t / hz), v["p99_us"], v["lost"] }'
}

sip() {
    ./Scripts/install.sh kamailio
    local theirs children pid
    taskset -c 0 kamailio -f Benchmarks/kamailio-screen.cfg -l udp:127.0.0.1:5962 -m 256 -M 16 -DD -E >"$work/kamailio.log" 2>&1 &
    pid=$!
    sleep 2
    children=$(pgrep -P "$pid" | tr '\n' ' ')
    theirs=$(ask 5962 "$pid $children")
    kill "$pid"
    wait "$pid" 2>/dev/null || true
    local filters ours
    for filters in 1 1000 100000; do
        rm -rf "$work/sip-$filters"
        taskset -c 0 $vigie bench sip-serve --port 5970 --filters $filters --directory "$work/sip-$filters" >"$work/sip-$filters.log" 2>&1 &
        pid=$!
        for _ in $(seq 100); do grep -q ready "$work/sip-$filters.log" && break; sleep 0.2; done
        ours=$(ask 5970 "$pid")
        kill "$pid"
        wait "$pid" 2>/dev/null || true
        echo "$ours $theirs" | awk -v n="$filters" -v v="$(kamailio -v | awk 'NR == 1 { print $3 }')" '{
            printf "INVITE -> decision   vigie %7d/s (%7d per processor second, p99 %5d us)   kamailio %7d/s (%7d, p99 %5d us)   ratio %4.2f (bar 3, goal 5)   %d filters, detectors and store on, one core, Kamailio %s, lost %d and %d\n",
                $1, $2, $3, $5, $6, $7, $2 / $6, n, v, $4, $8 }'
    done
}

# The decision table alone: its cost must be flat in the number of filters (a test counts the allocations: none).
decisions() { $pin $vigie bench decisions; }

# A national night: 10,000 emergency calls a minute over 404 cells, every dimension, half of them lost on one machine after an hour.
emergency() {
    $pin $vigie bench emergency --minutes "${MINUTES:-120}" | awk '{
        for (i = 1; i <= NF; i++) { split($i, kv, "="); v[kv[1]] = kv[2] }
        printf "emergency calls, %d a minute, %d streams   lookout %.2f %% of a core, all detectors %.2f %% (bar 5 %%)\n",
            v["calls_a_minute"], v["streams"], v["lookout_core_percent"], v["all_detectors_core_percent"] }'
}

# Emergency calls by the minute in the store, and how long their pages take: two months here, DAYS=365 for the year of the record.
history() { $pin $vigie bench emergency-history --days "${DAYS:-60}" --questions "${QUESTIONS:-100}"; }

# How soon failing emergency numbers are seen, against the best that is possible.
delay() { $pin $vigie bench delay --runs "${RUNS:-1000}"; }

for part in "${what[@]}"; do "$part"; done
