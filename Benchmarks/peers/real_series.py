"""Real counts of emergency and other calls through `vigie analyze`, and through a peer, in one table.

real_series.py VIGIE DATA WORK

False alarms over each whole series at the default budget; and drops of 30 % and 11 % put in every six weeks, three days long, by
dropping calls at random: how many were found, after how long, and what Vigie itself announced. The peer (river: Holt-Winters with the
day's season, Page-Hinkley downwards on its relative errors) gets its threshold from the first half of each clean series: the
smallest of a ladder with no more alarms than the budget allows. Both are judged on the second half for the drops.
"""
import csv, datetime, json, pathlib, random, statistics, subprocess, sys, zoneinfo

vigie, data, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
work.mkdir(parents=True, exist_ok=True)
paris, utc = zoneinfo.ZoneInfo("Europe/Paris"), datetime.timezone.utc
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


def nyc():
    areas = ["bronx", "brooklyn", "manhattan", "queens", "staten_island"]
    rows = list(csv.DictReader(open(data / "ems-nyc/hourly-2010-2013.csv")))
    times = [datetime.datetime.fromisoformat(row["hour_start"]) for row in rows]
    return "EMS New York, 5 boroughs, hourly", "US", 3600, times, {a: [int(r[a] or 0) for r in rows] for a in areas}, \
        events(data / "ems-nyc/events.csv", {"drop", "outage", "zero-run"}), 24


def denver():
    counts = {datetime.datetime.fromisoformat(r["hour_start"]): int(r["calls"])
              for r in csv.DictReader(open(data / "ems-denver/hourly-2011-2015.csv"))}
    times, moment = [], min(counts)
    while moment <= max(counts):  # an hour without a call is absent
        times.append(moment)
        moment += HOUR
    return "EMS Denver, hourly", "US", 3600, times, {"calls": [counts.get(t, 0) for t in times]}, \
        events(data / "ems-denver/events.csv", {"drop", "outage", "zero-run"}), 24


def nhs():
    sums, days = {}, set()
    for row in csv.DictReader(open(data / "nhs-111-999/daily-3-regions.csv")):
        if row["site_type"] != "111":
            continue
        key = (row["nhs_region"], row["date"])
        sums[key] = sums.get(key, 0) + int(float(row["count"] or 0))
        days.add(row["date"])
    days = sorted(days)
    regions = sorted({region for region, _ in sums})
    return "NHS 111, 3 regions, daily", "GB", 86400, [datetime.datetime.fromisoformat(d) for d in days], \
        {region: [sums.get((region, day), 0) for day in days] for region in regions}, [], 7


def bank():
    rows = list(csv.DictReader(open(data / "bank-calls-5min/days-001-100.csv")))
    start = datetime.datetime(2003, 3, 3, 7)
    times, counts = [], []
    for row in rows:
        day = int(row["day"]) - 1
        times.append(start + (day // 5 * 7 + day % 5) * DAY + int(row["slot_5min"]) * datetime.timedelta(minutes=5))
        counts.append(int(row["calls"]))
    return "bank calls, 5 minutes", "US", 300, times, {"calls": counts}, [], 169


def events(path, kinds):
    return [(datetime.datetime.fromisoformat(r["start"]), datetime.datetime.fromisoformat(r["end"]))
            for r in csv.DictReader(open(path)) if r["kind"] in kinds]


def analyse(name, country, seconds, times, series):
    """Alarms as naive local times, and the board at the end, of what `vigie analyze` says of these counts."""
    path = work / "counts.csv"
    with open(path, "w") as file:
        file.write("start,seconds,source,service,department,attempts\n")
        for index, moment in enumerate(times):
            # The series tell local time without a zone: they are read as if the callers lived in the node's own zone.
            start = moment.replace(tzinfo=paris).isoformat()
            for area, values in enumerate(series.values()):
                file.write(f"{start},{seconds},receiver,112,{area + 1},{values[index]}\n")
    out = subprocess.run([vigie, "analyze", "--country", country, "--format", "json", str(path)],
                         check=True, capture_output=True, text=True).stdout
    report = json.loads(out)
    alarms = sorted(datetime.datetime.fromisoformat(i["detected_at"].replace("Z", "+00:00")).astimezone(paris)
                    .replace(tzinfo=None) for i in report["incidents"] if i["kind"] == "emergency-failure")
    return alarms, report["emergency"]["cells"] if report.get("emergency") else []


def onsets(times):
    """Every six weeks of the second half, at a random hour."""
    dice = random.Random(20260101)
    first, last = times[len(times) // 2], times[-1] - 4 * DAY
    found, moment = [], first
    while moment < last:
        later = [t for t in times if t >= moment + dice.randrange(7 * 24) * HOUR]
        if later and later[0] < last:
            found.append(later[0])
        moment += min(42 * DAY, (last - first) / 4)
    return found


def thinned(times, values, starts, share, dice):
    out = []
    for moment, value in zip(times, values):
        hit = any(0 <= (moment - s).total_seconds() < 3 * 86400 for s in starts)
        out.append(sum(dice.random() >= share for _ in range(value)) if hit else value)
    return out


def delays(alarms, starts, seconds):
    found = []
    for start in starts:
        after = [a for a in alarms if start < a <= start + 3 * DAY + datetime.timedelta(seconds=seconds)]
        if after:
            found.append((after[0] - start).total_seconds() / 3600)
    return found


def peer(times, values, season, seconds, threshold):
    """river's own parts, as they come: alarms of Page-Hinkley downwards on Holt-Winters' relative errors."""
    from river import drift, time_series
    model = time_series.HoltWinters(alpha=0.05, beta=0.001, gamma=0.2, seasonality=season)
    test = drift.PageHinkley(min_instances=season, delta=0.05, threshold=threshold, mode="down")
    alarms = []
    for index, (moment, value) in enumerate(zip(times, values)):
        if index > 2 * season:
            expected = max(1.0, model.forecast(horizon=1)[0])
            test.update(value / expected)
            if test.drift_detected:
                alarms.append(moment + datetime.timedelta(seconds=seconds))
        model.learn_one(value)
    return alarms


def merged(alarms):
    out = []
    for alarm in alarms:
        if not out or alarm - out[-1] > DAY:
            out.append(alarm)
    return out


def words(found, starts, announced=None):
    median = f"{statistics.median(found):.1f} h" if found else "–"
    return f"{len(found)} of {len(starts)}, {median}" + (f" (announced {announced})" if announced else "")


def announced(cells, area, key):
    seconds = [c["seen_after"][key].get("by_receiver_seconds") for c in cells if c["department"] == f"{area + 1:02d}"]
    return f"{seconds[0] / 3600:.1f} h" if seconds and seconds[0] else "never"


LADDER = [0.5 * 1.3 ** k for k in range(26)]
try:
    import river
    version = river.__version__
except ImportError:
    version = None
print(f"{datetime.datetime.now(utc):%Y-%m-%d}, {subprocess.run([vigie, '--version'], capture_output=True, text=True).stdout.strip()}, river {version}\n")
print("| series | a mean interval | years | false alarms: Vigie | river | −30 %: Vigie | river | −11 %: Vigie | river |")
print("|---|---|---|---|---|---|---|---|---|")
for load in (nyc, denver, nhs, bank):
    name, country, seconds, times, series, known, season = load()
    years = (times[-1] - times[0]).days / 365.25
    alarms, cells = analyse(name, country, seconds, times, series)
    isKnown = lambda a: any(s <= a <= e + 6 * HOUR for s, e in known)
    false = [a for a in alarms if not isKnown(a)]
    print(f"| {name} (all together) | {sum(map(sum, series.values())) / len(times):.1f} | {years:.1f} | {len(false)}"
          f"; found {sum(any(s <= a <= e + 6 * HOUR for a in alarms) for s, e in known)} of {len(known)} known drops | | | | | |", flush=True)
    print("  false:", [f"{a:%Y-%m-%d %H:%M}" for a in false], file=sys.stderr)
    starts = onsets(times)
    half = times[len(times) // 2]
    for area, (label, values) in enumerate(series.items()):
        clean, board = analyse(name, country, seconds, times, {label: values})
        row = [f"| {label} | {statistics.mean(values):.1f} | {years:.1f} | {len([a for a in clean if not isKnown(a)])}"]
        threshold, theirs = LADDER[-1], None
        if version:
            for threshold in LADDER:
                theirs = merged(peer(times, values, season, seconds, threshold))
                if len([a for a in theirs if a < half and not isKnown(a)]) <= max(1, years / 2):
                    break
            row.append(f"{len([a for a in theirs if not isKnown(a)])}")
        else:
            row.append("–")
        for share, key in ((0.30, "failure_30"), (0.11, "failure_11")):
            dropped = thinned(times, values, starts, share, random.Random(7))
            found, _ = analyse(name, country, seconds, times, {label: dropped})
            row.append(words(delays(found, starts, seconds), starts, announced(board, 0, key)))
            row.append(words(delays(peer(times, dropped, season, seconds, threshold), starts, seconds), starts) if version else "–")
        print(" | ".join(row) + " |", flush=True)
