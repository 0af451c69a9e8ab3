#!/usr/bin/env python3
"""Soaks a real node: half of its capacity, with good, bad and hostile SIP, HEP and HTTP traffic, on loopback.

    MINUTES=20 Scripts/soak.py

Ends with a table and status 1 when memory or files grew, a message is unaccounted for, or an emergency call waited for more than
50 ms (p99) or for ever. See `make soak`.
"""
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

MINUTES = float(os.environ.get("MINUTES", "20"))
VIGIE = os.environ.get("VIGIE_BINARY", ".build/release/vigie")
LIMIT = 0.050  # seconds: what an emergency call may wait
WARM_UP = min(240.0, MINUTES * 60 / 4)  # seconds before memory and files are compared: the bounded tables have their size then
SAMPLE = 10.0  # seconds
NUMBERS = 50_000  # subscribers: tables grow with the numbers there are, up to their bound, and a network's do not double in an hour

CONFIGURATION = """approvals: 1
peers:
  - {name: honest, addresses: [127.0.0.1]}
  - {name: hostile, addresses: [127.0.2.0/24], calls_per_second: 200/s}
storage: {snapshot_interval: 30s}
"""


def invite(called, caller, call_id, method="INVITE", transport="UDP", more=""):
    return (
        f"{method} sip:{called}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/{transport} 127.0.0.1:5060;rport;branch=z9hG4bK{call_id}\r\n"
        f"From: <sip:{caller}@soak>;tag=a{call_id}\r\nTo: <sip:{called}@127.0.0.1>\r\nCall-ID: {call_id}\r\n"
        f"CSeq: 1 {method}\r\nMax-Forwards: 70\r\n{more}Content-Length: 0\r\n\r\n"
    ).encode()


class Node:
    """`vigie serve` with free ports."""

    def __init__(self, place):
        self.place = place
        with open(f"{place}/vigie.yaml", "w") as file:
            file.write(CONFIGURATION)
        self.log = open(f"{place}/node.log", "w")
        self.process = subprocess.Popen(
            [VIGIE, "serve", "--config", f"{place}/vigie.yaml", "--data", f"{place}/data", "--lab", "--any-port",
             "--ready-file", f"{place}/ready.json"], stdout=self.log, stderr=self.log)
        end = time.time() + 30
        while not os.path.exists(f"{place}/ready.json"):
            if time.time() > end or self.process.poll() is not None:
                sys.exit(f"soak: the node does not start; see {place}/node.log")
            time.sleep(0.05)
        time.sleep(0.2)
        with open(f"{place}/ready.json") as file:
            ports = json.load(file)
        self.udp, self.tcp = ports["sip_udp"][0], ports["sip_tcp"][0]
        self.hep, self.http = ports["hep_udp"][0], ports["http"]

    def metrics(self):
        found = {}
        for line in self.get("/metrics").decode().splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                found[name] = float(value)
        return found

    def get(self, path):
        return self.ask(urllib.request.Request(f"http://127.0.0.1:{self.http}{path}"))

    def ask(self, request):
        began = time.time()
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.read()
        except OSError as error:
            raise OSError(f"{request.get_method()} {request.selector} after {time.time() - began:.1f} s: {error}") from error

    def post(self, path, body, kind="application/json"):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.http}{path}", data=body.encode(), method="POST", headers={"Content-Type": kind})
        return json.loads(self.ask(request))

    def usage(self):
        pid = self.process.pid
        with open(f"/proc/{pid}/status") as file:
            resident = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
        return resident, len(os.listdir(f"/proc/{pid}/fd"))


class Emergencies(threading.Thread):
    """Somebody who calls 15, 17, 18 and 112, twenty times a second."""

    def __init__(self, node, until):
        super().__init__(daemon=True)
        self.node, self.until = node, until
        self.delays, self.asked, self.wrong = [], 0, 0

    def run(self):
        talk = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        talk.bind(("127.0.0.1", 0))
        talk.connect(("127.0.0.1", self.node.udp))
        talk.settimeout(2)
        while time.time() < self.until:
            self.asked += 1
            number = ("15", "17", "18", "112")[self.asked % 4]
            began = time.perf_counter()
            talk.send(invite(number, f"+336{random.randrange(NUMBERS):08}", f"sos{self.asked}x{os.getpid()}"))
            try:
                answer = talk.recv(65536)
                self.delays.append(time.perf_counter() - began)
                if not answer.startswith(b"SIP/2.0 404"):
                    self.wrong += 1
            except TimeoutError:
                pass
            time.sleep(0.05)


class Hostile(threading.Thread):
    """Scanners, mutated messages, peers that flood, write and never read, or stop in the middle."""

    def __init__(self, node, until):
        super().__init__(daemon=True)
        self.node, self.until, self.sent = node, until, 0

    def run(self):
        draw = random.Random(4475)
        known, unknown = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
        known.bind(("127.0.2.1", 0))
        unknown.bind(("127.0.9.9", 0))
        streams = []
        turn = 0
        while time.time() < self.until:
            turn += 1
            for index in range(10):
                bytes_ = bytearray(invite(f"+3332714{draw.randrange(10**4):04}", "+33612345678", f"bad{turn}x{index}",
                                          draw.choice(["INVITE", "OPTIONS", "REGISTER", "BYE", "INVITE"])))
                if index % 2:
                    for _ in range(draw.randrange(6)):
                        bytes_[draw.randrange(len(bytes_))] = draw.randrange(256)
                    del bytes_[draw.randrange(1, len(bytes_)):]
                (known if index % 3 else unknown).sendto(bytes_, ("127.0.0.1", self.node.udp))
                self.sent += 1
            if turn % 10 == 0:
                try:
                    stream = socket.create_connection(("127.0.0.1", self.node.tcp), 2, ("127.0.2.2", 0))
                    stream.setblocking(False)
                    text = invite("100", "100", f"tcp{turn}", "OPTIONS", "TCP", "User-Agent: friendly-scanner\r\n")
                    stream.send(text[: draw.randrange(1, len(text))] if turn % 20 else text * 50)
                    streams.append(stream)
                except OSError:
                    pass
                # As many open as closed, so that the number of files says something about the node.
                if len(streams) > 50:
                    streams.pop(0).close()
            time.sleep(0.05)
        for stream in streams:
            stream.close()


class People(threading.Thread):
    """Batches of records, looks at the API, filters that come and go, and requests that are none."""

    def __init__(self, node, until):
        super().__init__(daemon=True)
        self.node, self.until = node, until
        self.sent = self.accepted = self.filters = self.failed = 0

    def run(self):
        turn = 0
        while time.time() < self.until:
            turn += 1
            try:
                now = datetime.now(timezone.utc) - timedelta(seconds=120)
                rows = "".join(
                    json.dumps({
                        "start": now.isoformat(), "end": (now + timedelta(seconds=60)).isoformat(),
                        "answer": (now + timedelta(seconds=5)).isoformat(), "caller": f"+336{random.randrange(NUMBERS):08}",
                        "called": f"+333{random.randrange(NUMBERS):08}", "sip_status": 200, "call_id": f"row{turn}x{row}",
                    }) + "\n" for row in range(100))
                answer = self.node.post("/api/v1/feeds/calls", rows, "application/x-ndjson")
                self.sent += 100
                self.accepted += answer["accepted"]
                for path in ("/api/v1/status", "/api/v1/incidents", "/api/v1/calls?limit=20", "/", "/metrics", "/healthz"):
                    self.node.get(path)
                if turn % 5 == 0:
                    proposed = self.node.post("/api/v1/filters", json.dumps({
                        "filter": {"match": {"called_numbers": [f"+3332799{turn % 10000:04}"]}, "action": "reject"}}))
                    for step in ("approve", "shadow", "enforce", "revert"):
                        self.node.post(f"/api/v1/filters/{proposed['id']}/{step}", "{}")
                    self.filters += 1
            except (OSError, urllib.error.URLError, KeyError) as error:
                self.failed += 1
                print(f"  people: {error}")
            for nonsense in (b"GET /api/v1/calls?limit=-1 HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00", b"POST / HTTP/1.1\r\nContent-Le"):
                try:
                    with socket.create_connection(("127.0.0.1", self.node.http), 2) as talk:
                        talk.send(nonsense)
                except OSError:
                    pass
            time.sleep(1)


def load(kind, node_port, rate, seconds):
    target = f"127.0.0.1:{node_port}"
    command = [VIGIE, "bench", f"{kind}-load", "--target", target, "--seconds", str(seconds)]
    if rate:
        command += ["--rate", str(rate)]
        if kind == "sip":
            command += ["--window", "1024"]  # so that the node's rests between bursts do not slow the caller down
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def figures(process):
    text = process.communicate()[0].strip().splitlines()[-1]
    return {key: value for key, _, value in (word.partition("=") for word in text.split())}


def main():
    place = tempfile.mkdtemp(prefix="vigie-soak-")
    node = Node(place)
    capacity = float(figures(load("sip", node.udp, 0, 5))["per_second"])
    sip_rate = int(os.environ.get("SIP_RATE", capacity / 2))
    hep_rate = int(os.environ.get("HEP_RATE", sip_rate / 4))
    print(f"capacity here {capacity:.0f} calls/s; for {MINUTES:g} minutes {sip_rate} calls/s, {hep_rate} HEP packets/s, and bad company")
    before = node.metrics()
    seconds = MINUTES * 60
    until = time.time() + seconds
    emergencies, hostile, people = Emergencies(node, until), Hostile(node, until), People(node, until)
    for thread in (emergencies, hostile, people):
        thread.start()
    # A second to warm up is not in what sip-load tells: it is left out of the sums below by counting at the node.
    sip, hep = load("sip", node.udp, sip_rate, seconds - 2), load("hep", node.hep, hep_rate, seconds - 1)
    samples = []
    began = time.time()
    while time.time() < until:
        time.sleep(min(SAMPLE, max(0.1, until - time.time())))
        if node.process.poll() is not None:
            sys.exit(f"soak: the node ended; see {place}/node.log")
        samples.append((time.time() - began, *node.usage()))
        with open(f"{place}/memory.csv", "a") as file:
            file.write("{:.0f},{},{}\n".format(*samples[-1]))  # seconds, KiB resident, files open
    for thread in (emergencies, hostile, people):
        thread.join(30)
    sip_told, hep_told = figures(sip), figures(hep)
    time.sleep(3)
    after = node.metrics()

    def grown(prefix):
        return sum(value - before.get(name, 0) for name, value in after.items() if name.startswith(prefix))

    warm = [sample for sample in samples if sample[0] >= WARM_UP] or samples
    third = max(1, len(warm) // 3)
    resident = [sum(s[1] for s in part) / len(part) / 1024 for part in (warm[:third], warm[-third:])]
    files = [max(s[2] for s in part) for part in (warm[:third], warm[-third:])]
    growth = resident[1] / resident[0] - 1
    delays = sorted(emergencies.delays)
    p99 = delays[int(len(delays) * 0.99)] if delays else 9
    received = grown("vigie_sip_messages_received_total")
    answered = grown("vigie_sip_answers_total")
    unsent = grown("vigie_sip_answers_not_sent_total")
    dropped = sum(grown(f'vigie_sip_messages_dropped_total{{reason="{reason}"}}') for reason in (
        "acknowledged", "response", "keep-alive", "stun", "not-sip", "unanswerable", "silenced-unknown-peer"))
    # A soak of refusals would say nothing: the load's calls must have been looked up and answered *continue*.
    decided = grown('vigie_sip_answers_total{result="passed"}')
    queue = grown('vigie_sip_messages_dropped_total{reason="socket-queue-full"}')
    sip_missing = received - answered - dropped
    lost = int(sip_told.get("lost", 0))
    hep_sent = int(hep_told.get("sent", 0))
    hep_read = grown('vigie_hep_packets_total{transport="udp"}')
    hep_dropped = grown('vigie_hep_dropped_total{reason="kernel-buffer-full"}')
    hep_missing = hep_sent - hep_read - hep_dropped
    taken = grown("vigie_line_taken_total") + grown("vigie_line_dropped_total")
    rows = [
        ("memory, first and last third, MiB", f"{resident[0]:.1f}, {resident[1]:.1f} ({growth:+.1%})", growth <= 0.05),
        ("files open, first and last third", f"{files[0]}, {files[1]}", files[1] <= files[0] + 10),
        ("SIP received", f"{received:.0f}", received > 0),
        ("  answered + dropped by name", f"{answered:.0f} + {dropped:.0f}", sip_missing == 0),
        ("  calls decided, sip-load's share", f"{decided:.0f}", decided >= int(sip_told.get("answers", 0)) * 0.99 > 0),
        ("  never read: socket queue full", f"{queue:.0f}", True),
        ("  answers not sent, by name", f"{unsent:.0f}", True),
        ("sip-load: unanswered in half a second", f"{lost}, of {sip_told.get('answers')} answered", lost <= queue + unsent + grown('vigie_sip_answers_total{result="overload"}')),
        ("HEP sent = read + dropped by name", f"{hep_sent} = {hep_read:.0f} + {hep_dropped:.0f}", hep_missing == 0),
        ("records sent = accepted", f"{people.sent} = {people.accepted}", people.sent == people.accepted),
        ("handed to the line, dropped among them", f"{taken:.0f}, {grown('vigie_line_dropped_total'):.0f}", True),
        ("filters through their life; requests failed", f"{people.filters}; {people.failed}", people.failed == 0),
        ("hostile messages", f"{hostile.sent}", hostile.sent > 0),
        ("emergency calls answered continue", f"{len(delays) - emergencies.wrong} of {emergencies.asked}", len(delays) == emergencies.asked and emergencies.wrong == 0),
        ("  median, p99, longest, ms", f"{delays[len(delays) // 2] * 1e3:.2f}, {p99 * 1e3:.2f}, {delays[-1] * 1e3:.2f}", p99 <= LIMIT),
    ]
    width = max(len(row[0]) for row in rows)
    for name, value, good in rows:
        print(f"  {name.ljust(width)}  {value}{'' if good else '   <- not met'}")
    node.process.send_signal(signal.SIGTERM)
    try:
        status = node.process.wait(60)
    except subprocess.TimeoutExpired:
        node.process.kill()
        status = "none: it did not stop within a minute"
    if status != 0:
        print(f"  the node's exit status: {status}; its log is {place}/node.log")
    if status != 0 or not all(row[2] for row in rows):
        sys.exit(f"soak: not met; the log is {place}/node.log")
    print("soak: met")


if __name__ == "__main__":
    main()
