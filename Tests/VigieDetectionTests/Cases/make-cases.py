#!/usr/bin/env python3
"""Makes the case folders of misrouted-flood and telephony-dos: same script, same bytes. Run it in this folder."""
import json, os, random
from datetime import datetime, timedelta, timezone

BEGIN = datetime(2024, 3, 5, 6, tzinfo=timezone.utc)  # a Tuesday, 07:00 in Paris


class Case:
    def __init__(self, detector, name, seed):
        self.folder, self.random, self.rows = f"{detector}/{name}", random.Random(seed), []
        self.detector = detector

    def call(self, minute, caller, called, ingress, talk=None, ring=12.0):
        start = BEGIN + timedelta(minutes=minute)
        answer = end = ""
        if talk is None:
            end = start + timedelta(seconds=ring)
        else:
            answer = start + timedelta(seconds=ring)
            end = answer + timedelta(seconds=talk)
        stamp = lambda t: t.strftime("%Y-%m-%dT%H:%M:%S.") + f"{t.microsecond // 1000:03d}Z" if t else ""
        self.rows.append((start, [stamp(start), stamp(answer), stamp(end), caller, called, ingress,
                                  "200" if talk is not None else "487" if ring < 10 else "480"]))

    def town(self, minutes, a_minute=1.5, friends=5):
        """An ordinary region: national calls by two trunks, some from Morocco and Spain to people they know."""
        r = self.random
        people = [fiction(r) for _ in range(240)]
        abroad = [f"+2126{r.randrange(10**8):08d}" for _ in range(40)] + [f"+346{r.randrange(10**8):08d}" for _ in range(30)]
        self.people, self.abroad = people, abroad
        known = {p: [r.choice(people) for _ in range(friends)] for p in people + abroad}
        self.known = known
        minute = 0.0
        while True:
            minute += r.expovariate(a_minute)
            if minute >= minutes:
                break
            if r.random() < 0.12:
                caller = r.choice(abroad)
                trunk = "intl-1"
            else:
                caller = r.choice(people)
                trunk = "nat-1" if hash_of(caller) % 2 else "nat-2"
            called = r.choice(known[caller]) if r.random() < 0.85 else r.choice(people)
            if caller != called:
                self.call(minute, caller, called, trunk, talk=r.lognormvariate(4.2, 1) if r.random() < 0.65 else None, ring=14)

    def write(self, expected, settings=None):
        os.makedirs(self.folder, exist_ok=True)
        with open(self.folder + "/events.csv", "w", newline="") as out:
            out.write("start,answer,end,caller,called,ingress,sip_status\n")
            for _, row in sorted(self.rows, key=lambda pair: pair[0]):
                out.write(",".join(row) + "\n")
        for name, value in (("settings", {"detector": self.detector, **(settings or {})}), ("expected", expected)):
            with open(f"{self.folder}/{name}.json", "w") as out:
                json.dump(value, out, indent=2)
                out.write("\n")


def fiction(r):
    """A number of the ranges kept for fiction (ARCEP)."""
    return r.choice(["+3319900", "+3326191", "+3335301", "+3346571", "+3353649", "+3363998"]) + f"{r.randrange(10**4):04d}"


def hash_of(text):
    return sum(map(ord, text))


def at(minute):
    return (BEGIN + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")


def moroccan(r):
    return f"+2126{r.randrange(10**8):08d}"


def flood(case, begin, minutes, calls, landing, trunk="intl-1", callers=None):
    r = case.random
    pool = [moroccan(r) for _ in range(callers or calls)]
    for _ in range(calls):
        digits = r.choice(landing)
        called = digits + "".join(str(r.randrange(10)) for _ in range(12 - len(digits)))
        minute = begin + minutes * r.random()
        caller = r.choice(pool)
        case.call(minute, caller, called, trunk, talk=r.uniform(3, 15) if r.random() < 0.6 else None)
        if r.random() < 0.3:  # they insist
            case.call(minute + 0.6, caller, called, trunk, talk=None)


def misroutes():
    name = "misrouted-flood"
    case = Case(name, "fires-spread-over-a-zone", 1)
    case.town(420)
    flood(case, 300, 60, 70, ["+33320", "+33327", "+33328", "+33383", "+33387"])
    case.write([{"kind": name, "key": "misrouted-flood/MA/+33", "detected_after": at(301), "detected_before": at(325),
                 "last_seen_before": at(362), "landing": ["+3332", "+3338"], "country": "MA"}])

    case = Case(name, "fires-at-one-number", 2)
    case.town(420)
    flood(case, 300, 60, 60, ["+33327140001"])
    case.write([{"kind": name, "key": "misrouted-flood/MA/+33", "detected_before": at(330),
                 "landing": ["+33327140001"], "country": "MA"}])

    case = Case(name, "fires-without-trunks", 3)
    case.town(420)
    flood(case, 300, 60, 70, ["+33556"])
    for _, row in case.rows:
        row[5] = ""
    case.write([{"kind": name, "key": "misrouted-flood/MA/+33", "detected_before": at(330), "landing": ["+33556"]}])

    case = Case(name, "quiet-before-a-feast", 4)
    case.town(480)
    for _ in range(700):  # everybody calls home, mostly those they know
        caller = case.random.choice(case.abroad)
        called = case.random.choice(case.known[caller] if case.random.random() < 0.9 else case.people)
        case.call(300 + 180 * case.random.random(), caller, called, "intl-1", talk=240)
    case.write([])

    case = Case(name, "quiet-at-a-call-centre", 5)
    case.town(420)
    for index in range(400):
        case.call(300 + index * 0.3, f"+21252200{case.random.randrange(4):04d}",
                  f"+33320{case.random.randrange(10**6):06d}", "intl-1", talk=40 if index % 3 == 0 else None)
    case.write([])

    case = Case(name, "quiet-when-a-carrier-reroutes", 6)
    case.town(480)
    for start, row in case.rows:
        if row[5] == "nat-1" and start >= BEGIN + timedelta(minutes=300):
            row[5] = "nat-3"
    case.write([])

    case = Case(name, "quiet-at-a-televised-vote", 7)
    case.town(420)
    for _ in range(500):
        caller = fiction(case.random)
        case.call(300 + 40 * case.random.random(), caller, "+33353019901",
                  case.random.choice(["nat-1", "nat-2"]), talk=6)
    case.write([])

    case = Case(name, "quiet-in-the-first-hour", 8)
    case.town(60)
    flood(case, 5, 50, 70, ["+33320", "+33387"])
    case.write([])


def denials():
    name = "telephony-dos"
    case = Case(name, "fires-on-few-callers", 11)
    case.town(420)
    for index in range(240):
        case.call(300 + index * 0.25, f"+3319900000{index % 3}", "+33353019902", "nat-2", talk=None, ring=4)
    case.write([{"kind": name, "key": "telephony-dos/+33353019902", "detected_after": at(305),
                 "detected_before": at(325), "last_seen_before": at(361), "ingress": "nat-2"}])

    case = Case(name, "fires-on-impossible-callers", 12)
    case.town(420)
    for _ in range(160):
        case.call(300 + 30 * case.random.random(), f"+3300{case.random.randrange(10**7):07d}", "+33353019903", "nat-1",
                  talk=2)
    case.write([{"kind": name, "key": "telephony-dos/+33353019903", "detected_before": at(318)}])

    case = Case(name, "quiet-at-a-televised-vote", 13)
    case.town(420)
    for _ in range(600):
        caller = fiction(case.random)
        for _ in range(case.random.choice([1, 1, 1, 2, 3])):
            case.call(300 + 40 * case.random.random(), caller, "+33353019901", case.random.choice(["nat-1", "nat-2"]),
                      talk=6)
    case.write([])

    case = Case(name, "quiet-when-bookings-open", 14)
    case.town(420)
    for _ in range(60):
        caller = case.random.choice(case.people)
        minute = 300 + 10 * case.random.random()
        for attempt in range(case.random.randrange(3, 14)):  # busy, again and again
            case.call(minute + attempt * (0.4 + case.random.random()), caller, "+33353019904",
                      "nat-1" if hash_of(caller) % 2 else "nat-2", talk=None, ring=1)
    case.write([])


misroutes()
denials()
