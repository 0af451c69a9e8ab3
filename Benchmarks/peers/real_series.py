"""Real counts of emergency and other calls through `vigie analyze`, and through two peers, in one table.

real_series.py VIGIE DATA WORK

False alarms over each whole series at the default budget; and drops of 30 % and 11 % that begin at many places of the second half, each
in a run of its own, and last for six weeks: how many were found, after how long (median over all, those not found last), and what
Vigie itself announced where the drop began: the time by which half of them should be found, and the share that was. The peers get their
thresholds from the first half of each clean series: the smallest of a ladder with no more alarms than the budget allows.
- river: Holt-Winters with the day's season, Page-Hinkley downwards on its relative errors.
- Farrington-type, by statsmodels: a quasi-Poisson regression on the hour of the week and a trend, over the last half year, fitted
  again every four weeks with large residuals weighed down; two-thirds-power residuals of blocks of an interval, six hours and a day.
  The block length that does best on the drops is shown. It is told the public holidays (package holidays), as Vigie is.

SERIES=bronx,calls runs these series only, PEERS=0 leaves the peers out, DROPS=12 makes fewer drops.
"""
import copy, csv, datetime, importlib.metadata, json, math, os, pathlib, platform, random, statistics, subprocess, sys, warnings, zoneinfo

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


def onsets(times, drops):
    """Places at random hours of the second half, evenly spread."""
    dice = random.Random(20260101)
    half, last = len(times) // 2, times[-1] - DROP * 0.5
    end = max(i for i, t in enumerate(times) if t <= last)
    step = (end - half) / drops
    return sorted({half + int((k + dice.random()) * step) for k in range(drops)})


def thinned(times, values, onset, share, dice):
    """The values from the onset on for six weeks, calls dropped by chance."""
    out = []
    for index in range(onset, len(times)):
        if times[index] >= times[onset] + DROP:
            break
        out.append(sum(dice.random() >= share for _ in range(values[index])))
    return out


def hours(alarms, start):
    """Hours from the onset to the first alarm after it; infinite without one."""
    after = [a for a in alarms if start < a <= start + DROP + DAY]
    return (after[0] - start).total_seconds() / 3600 if after else math.inf


class River:
    """river's own parts, as they come: alarms of Page-Hinkley downwards on Holt-Winters' relative errors."""

    def __init__(self, season, threshold):
        from river import drift, time_series
        self.model = time_series.HoltWinters(alpha=0.05, beta=0.001, gamma=0.2, seasonality=season)
        self.test = drift.PageHinkley(min_instances=season, delta=0.05, threshold=threshold, mode="down")
        self.season, self.count = season, 0

    def add(self, value):
        alarm = False
        self.count += 1
        if self.count > 2 * self.season:
            self.test.update(value / max(1.0, self.model.forecast(horizon=1)[0]))
            alarm = self.test.drift_detected
        self.model.learn_one(value)
        return alarm


def river_alarms(times, values, season, seconds, threshold, keep=()):
    peer, alarms, kept = River(season, threshold), [], {}
    for index, (moment, value) in enumerate(zip(times, values)):
        if index in keep:
            kept[index] = copy.deepcopy(peer)
        if peer.add(value):
            alarms.append(moment + datetime.timedelta(seconds=seconds))
    return merged(alarms), kept


def blocks(times, values, seconds, length):
    """Sums over blocks of whole hours of a day: (begin, end of the last interval, sum, intervals)."""
    out = []
    for moment, value in zip(times, values):
        begin = moment if length <= seconds else moment.replace(
            hour=moment.hour // (length // 3600) * (length // 3600), minute=0)
        end = moment + datetime.timedelta(seconds=seconds)
        if out and out[-1][0] == begin:
            out[-1] = (begin, end, out[-1][2] + value, out[-1][3] + 1)
        else:
            out.append((begin, end, value, 1))
    return out


def farrington(rows, feasts):
    """For each block the expected count and the dispersion by what came before; None where nothing can be said."""
    import numpy as np
    import statsmodels.api as sm
    slots = {}
    place = [slots.setdefault((r[0].weekday(), r[0].hour), len(slots)) for r in rows]
    expected, fit_at = [None] * len(rows), None
    feast = [r[0].date() in feasts for r in rows]
    for index, row in enumerate(rows):
        if row[0] < rows[0][0] + 6 * 7 * DAY:
            continue
        if fit_at is None or row[0] >= fit_at + 28 * DAY:
            fit_at = row[0]
            past = [i for i in range(index) if rows[i][0] >= row[0] - 182 * DAY and not feast[i]]
            used = sorted({place[i] for i in past})
            column = {slot: k for k, slot in enumerate(used)}
            design = np.zeros((len(past), len(used) + 1))
            for k, i in enumerate(past):
                design[k, column[place[i]]] = 1
                design[k, -1] = (rows[i][0] - row[0]) / (182 * DAY)
            counts, size = np.array([rows[i][2] for i in past]), np.log([rows[i][3] for i in past])
            weights = np.ones(len(past))
            for _ in range(2):
                model = sm.GLM(counts, design, family=sm.families.Poisson(), offset=size, var_weights=weights).fit(scale="X2")
                fitted = model.fittedvalues
                residual = 1.5 * (counts ** (2 / 3) - fitted ** (2 / 3)) / (fitted ** (1 / 6) * math.sqrt(max(1, model.scale)))
                weights = np.where(residual > 2.58, residual ** -2.0, 1.0)
            dispersion, params = max(1.0, model.scale), model.params
        if place[index] in column and not feast[index]:
            trend = (row[0] - fit_at) / (182 * DAY)
            expected[index] = (math.exp(params[column[place[index]]] + params[-1] * trend) * row[3], dispersion)
    return expected


def lowness(count, expected):
    """Standard deviations below what was expected, by Farrington's two-thirds power."""
    mean, dispersion = expected
    return 1.5 * (mean ** (2 / 3) - count ** (2 / 3)) / (mean ** (1 / 6) * math.sqrt(dispersion))


def merged(alarms):
    out = []
    for alarm in alarms:
        if not out or alarm - out[-1] > DAY:
            out.append(alarm)
    return out


def words(found, announced=None):
    hit = sum(math.isfinite(f) for f in found)
    middle = sorted(found)[len(found) // 2] if found else math.inf
    said = ""
    if announced is not None:
        said = f" (announced {span(sorted(announced)[len(announced) // 2])}"
        if all(map(math.isfinite, announced)):
            said += f", by then {sum(f <= a for f, a in zip(found, announced)) / len(found):.0%}"
        said += ")"
    return f"{hit} of {len(found)}, {span(middle)}{said}"


def span(hours):
    return "never" if not math.isfinite(hours) else f"{hours:.1f} h" if hours < 72 else f"{hours / 24:.1f} d"


def announced(cells, key):
    seconds = [c["seen_after"][key].get("by_receiver_seconds") for c in cells]
    return seconds[0] / 3600 if seconds and seconds[0] else math.inf


def public_holidays(country, times):
    import holidays
    years = range(times[0].year, times[-1].year + 1)
    days = set(holidays.country_holidays(country, years=years, **({"subdiv": "ENG"} if country == "GB" else {})))
    return days | {datetime.date(y, 12, d) for y in years for d in range(24, 32)} \
        | {d + DAY for d in days if d.month == 11 and d.weekday() == 3}


def isKnown(alarm, known):
    return any(s <= alarm <= e + 6 * HOUR for s, e in known)


DROP = 42 * DAY
LADDER = [0.5 * 1.3 ** k for k in range(26)]
STEPS = [2.5 + 0.1 * k for k in range(120)]
warnings.filterwarnings("ignore")
try:
    versions = {name: importlib.metadata.version(name) for name in ("river", "statsmodels", "holidays")}
except importlib.metadata.PackageNotFoundError:
    versions = None
said = ", ".join(f"{name} {version}" for name, version in (versions or {}).items()) or "no peers"
print(f"{datetime.datetime.now(utc):%Y-%m-%d}, {subprocess.run([vigie, '--version'], capture_output=True, text=True).stdout.strip()}, "
      f"{said}, Python {platform.python_version()}, {os.cpu_count()} cores\n")
print("| series | a mean interval | years | false alarms: Vigie | river | Farrington "
      "| −30 %: Vigie | river | Farrington | −11 %: Vigie | river | Farrington |")
print("|---|---|---|---|---|---|---|---|---|---|---|---|")
DROPS = int(os.environ.get("DROPS", "72"))
ONLY = set(filter(None, os.environ.get("SERIES", "").split(",")))
if os.environ.get("PEERS") == "0":
    versions = None
for load in (nyc, denver, nhs, bank):
    name, country, seconds, times, series, known, season = load()
    if ONLY and not ONLY & {load.__name__, *series}:
        continue
    years = (times[-1] - times[0]).days / 365.25
    alarms, cells = analyse(name, country, seconds, times, series)
    false = [a for a in alarms if not isKnown(a, known)]
    print(f"| {name} (all together) | {sum(map(sum, series.values())) / len(times):.1f} | {years:.1f} | {len(false)}"
          f"; found {sum(any(s <= a <= e + 6 * HOUR for a in alarms) for s, e in known)} of {len(known)} known drops "
          "| | | | | | | | |", flush=True)
    print("  false:", [f"{a:%Y-%m-%d %H:%M}" for a in false], file=sys.stderr)
    places = onsets(times, DROPS if years > 1 else 12)
    half, budget = times[len(times) // 2], max(1, years / 2)
    for label, values in series.items():
        if ONLY and not ONLY & {load.__name__, label}:
            continue
        clean, board = analyse(name, country, seconds, times, {label: values})
        print("  ", label, [f"{a:%Y-%m-%d %H:%M}" for a in clean if not isKnown(a, known)], file=sys.stderr)
        row = [f"| {label} | {statistics.mean(values):.1f} | {years:.1f} | {len([a for a in clean if not isKnown(a, known)])}"]
        # What is announced changes slowly: every third place is asked, and the two after it are taken at its word.
        asked = [analyse(name, country, seconds, times[:at], {label: values[:at]})[1] for at in places[::3]]
        said = [asked[index // 3] for index in range(len(places))]
        found = {}
        for share, key in ((0.30, "failure_30"), (0.11, "failure_11")):
            theirs = []
            for at in places:
                dropped = thinned(times, values, at, share, random.Random(at))
                hit, _ = analyse(name, country, seconds, times[:at + len(dropped)], {label: values[:at] + dropped})
                theirs.append(hours(hit, times[at]))
            found[share] = [words(theirs, [announced(board, key) for board in said])]
        if versions is None:
            print(" | ".join(row + ["–", "–"] + found[0.30] + ["–", "–"] + found[0.11] + ["–", "–"]) + " |", flush=True)
            continue
        for threshold in LADDER:
            theirs, kept = river_alarms(times, values, season, seconds, threshold, set(places))
            if len([a for a in theirs if a < half and not isKnown(a, known)]) <= budget:
                break
        row.append(f"{len([a for a in theirs if not isKnown(a, known)])}")
        for share in found:
            after = []
            for at in places:
                peer, hit = copy.deepcopy(kept[at]), math.inf
                for offset, value in enumerate(thinned(times, values, at, share, random.Random(at))):
                    if peer.add(value):
                        hit = hours([times[at + offset] + datetime.timedelta(seconds=seconds)], times[at])
                        break
                after.append(hit)
            found[share].append(words(after))
        best, feasts = None, public_holidays(country, times)
        for length in sorted({max(seconds, 3600), max(seconds, 6 * 3600), 86400}):
            rows = blocks(times, values, seconds, length)
            expected = farrington(rows, feasts)
            low = [(rows[i][1], lowness(rows[i][2], e)) for i, e in enumerate(expected) if e]
            for limit in STEPS:
                theirs = merged([end for end, z in low if z > limit])
                if len([a for a in theirs if a < half and not isKnown(a, known)]) <= budget:
                    break
            false, drops = len([a for a in theirs if not isKnown(a, known)]), {}
            begins = {rows[i][0]: e for i, e in enumerate(expected) if e}
            for share in found:
                drops[share] = []
                for at in places:
                    dropped = thinned(times, values, at, share, random.Random(at))
                    first = max(0, at - 288)
                    seen = blocks(times[first:at + len(dropped)], values[first:at] + dropped, seconds, length)
                    drops[share].append(hours([end for begin, end, count, _ in seen if begin in begins and end > times[at]
                                               and lowness(count, begins[begin]) > limit], times[at]))
            rank = sum(min(f, 1000) for f in drops[0.30]) + sum(min(f, 1000) for f in drops[0.11])
            if best is None or rank < best[0]:
                best = (rank, f"{false} ({length // 3600} h)", drops)
        row.append(best[1])
        for share in found:
            found[share].append(words(best[2][share]))
        print(" | ".join(row + found[0.30] + found[0.11]) + " |", flush=True)
