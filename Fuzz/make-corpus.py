#!/usr/bin/env python3
"""Writes the first inputs of the fuzzers to Fuzz/Corpus: small, made here, nothing of anybody else's.

Telephone numbers are from the ranges that ARCEP reserves for fiction; addresses and names are documentation ones.
"""

import gzip
import struct
import zlib
from pathlib import Path

corpus = Path(__file__).resolve().parent / "Corpus"


def write(target, name, data):
    folder = corpus / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def lines(*parts):
    return "\r\n".join(parts).encode()


SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
INVITE = lines(
    "INVITE sip:+33199001234@sbc1.example.net;user=phone SIP/2.0",
    "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK7f3a;rport, SIP/2.0/TCP [2001:db8::9]:5062;branch=z9hG4bKabc",
    "Max-Forwards: 69",
    'From: "Mairie, accueil" <sip:+33261910042@gw7.example.org;user=phone>;tag=as58',
    "To: <tel:+33199001234;verstat=TN-Validation-Passed>",
    "Call-ID: 3c26700e@192.0.2.10",
    "CSeq: 102 INVITE",
    "Contact: <sip:+33261910042@192.0.2.10:5060;transport=udp>;expires=60",
    'P-Asserted-Identity: "M" <sip:+33261910042@example.org>, <tel:+33261910042>',
    "Diversion: <sip:+33353010001@example.org>;reason=unconditional",
    "History-Info: <sip:+33353010001@example.org>;index=1, <sip:+33199001234@example.net>;index=1.1",
    "Date: Fri, 13 Feb 2009 18:05:06 GMT",
    "Identity: eyJ9.e30.c2ln;info=<https://cert.example.net/a.pem>;alg=ES256;ppt=shaken",
    'P-Charging-Vector: icid-value="d1f0";orig-ioi=example.org',
    "X-Call-ID: 1b2c3d@203.0.113.4",
    "Content-Type: application/sdp",
    f"Content-Length: {len(SDP)}",
    "",
    SDP,
)
RINGING = lines(
    "SIP/2.0 180 Ringing", "v:SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK7f3a;received=192.0.2.10",
    "f: <sip:+33261910042@gw7.example.org>;tag=as58", "t: <tel:+33199001234>;tag=99", "i: 3c26700e@192.0.2.10",
    "CSeq: 102 INVITE", "l: 0", "", "")
BUSY = RINGING.replace(b"180 Ringing", b"486 Busy Here").replace(b"l: 0", b'Reason: Q.850;cause=17;text="busy"\r\nl: 0')
OK = RINGING.replace(b"180 Ringing", b"200 OK")
BYE = lines(
    "BYE sip:+33199001234@192.0.2.20 SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKbye",
    "From: <sip:+33261910042@gw7.example.org>;tag=as58", "To: <tel:+33199001234>;tag=99", "Call-ID: 3c26700e@192.0.2.10",
    "CSeq: 103 BYE", "Reason: Q.850;cause=16", "Content-Length: 0", "", "")
FOLDED = lines(
    "", "REGISTER sip:example.net SIP/2.0", "vIA  :  SIP  / 2.0", " /UDP", "\t192.0.2.10 : 5060 ;branch = z9hG4bK1",
    'FROM : "A \\" B"', "  <sip:a@example.net>", "  ;", "  tag = 98", "TO :", " sip:a@example.net ; tag = 7",
    "CALL-ID:  folded@192.0.2.10  ", "cseq: 0009", "  REGISTER", "Contact: *", "Expires: 0",
    'Warning: 307 example.net "why"', "Retry-After: 5 (soon);duration=3", "Odd:;;,,;", "l  : 0", "", "")
URIS = lines(
    "OPTIONS sip:a%20b;x=1:pw@[2001:db8::10]:5070;lr;m=%5b?Subject=x SIP/2.0", "Via: SIP/2.0/TLS h_1.example.net",
    "From: tel:+33-1-99.00(12)34;phone-context=x", "To: <urn:service:sos.fire>", "Call-ID: u", "CSeq: 1 OPTIONS",
    "Route: <sip:p1.example.net;lr>,<sips:p2.example.net>", "Session-Expires: 90;refresher=uac", "Event: presence;id=1",
    "", "")
for name, message in [
    ("invite", INVITE), ("ringing", RINGING), ("busy", BUSY), ("bye", BYE), ("folded", FOLDED), ("uris", URIS)
]:
    write("sip", name, message)
write("stream", "call", b"\x07" + INVITE + RINGING + OK + b"\r\n\r\n" + BYE)
write("stream", "noise", b"\x3f" + BUSY + b"--- 2009-02-13 ---\n" + RINGING.replace(b"\r\n", b"\n"))
write("stream", "long", b"\x01" + BYE.replace(b"Content-Length: 0", b"Content-Length: 90") + RINGING)


# pcap, pcapng and what is inside: Ethernet, VLAN, IPv4, IPv6, UDP, TCP, fragments, GRE.
def udp(payload, source=5060, destination=5060):
    return struct.pack(">HHHH", source, destination, 8 + len(payload), 0) + payload


def ipv4(protocol, payload, identification=1, offset=0, more=False):
    flags = (0x2000 if more else 0) | offset // 8
    head = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), identification, flags, 64, protocol, 0,
        bytes([192, 0, 2, 10]), bytes([192, 0, 2, 20]))
    return head + payload


def ipv6(protocol, payload):
    address = bytes.fromhex("20010db8000000000000000000000000")
    return struct.pack(">IHBB", 0x60000000, len(payload), protocol, 64) + address[:15] + b"\x01" + address[:15] + b"\x02" + payload


def tcp(payload, sequence, flags=0x18):
    return struct.pack(">HHIIBBHHH", 5060, 5060, sequence, 1, 0x50, flags, 8192, 0, 0) + payload


def ethernet(payload, kind=0x0800, vlan=None):
    tag = b"" if vlan is None else struct.pack(">HH", 0x8100, vlan)
    return b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02" + tag + struct.pack(">H", kind) + payload


def pcap(frames, link=1, order="<", magic=0xA1B2C3D4):
    data = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, link)
    for index, frame in enumerate(frames):
        data += struct.pack(order + "IIII", 1234548306 + index, 5000, len(frame), len(frame)) + frame
    return data


def block(kind, body, order="<"):
    body += b"\0" * (-len(body) % 4)
    return struct.pack(order + "II", kind, len(body) + 12) + body + struct.pack(order + "I", len(body) + 12)


def pcapng(frames, order="<"):
    data = block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)
    data += block(1, struct.pack(order + "HHI", 1, 0, 0) + struct.pack(order + "HHB3xHH", 9, 1, 9, 0, 0), order)
    for index, frame in enumerate(frames):
        when = (1234548306 + index) * 10**9
        head = struct.pack(order + "IIIII", 0, when >> 32, when & 0xFFFFFFFF, len(frame), len(frame))
        data += block(6, head + frame, order)
    return data


call = [ethernet(ipv4(17, udp(message))) for message in (INVITE, RINGING, OK, BYE)]
large = udp(INVITE)
fragments = [
    ethernet(ipv4(17, large[:800], 7, 0, True)), ethernet(ipv4(17, large[800:], 7, 800)),
]
segments = [
    ethernet(ipv4(6, tcp(b"", 99, 2))), ethernet(ipv4(6, tcp(INVITE[:400], 100))),
    ethernet(ipv4(6, tcp(INVITE[400:] + RINGING, 500))), ethernet(ipv4(6, tcp(b"", 4000, 17))),
]
odd = [
    ethernet(ipv6(17, udp(BUSY)), 0x86DD, 12), ethernet(ipv4(4, ipv4(17, udp(BUSY)))),
    ethernet(ipv4(47, struct.pack(">HH", 0, 0x0800) + ipv4(17, udp(BUSY)))),
]
write("capture", "call.pcap", pcap(call))
write("capture", "fragments.pcap", pcap(fragments, magic=0xA1B23C4D))
write("capture", "segments.pcap", pcap(segments, order=">"))
write("capture", "odd.pcap", pcap(odd))
write("capture", "cooked.pcap", pcap([struct.pack(">HHH8sH", 0, 1, 6, b"", 0x0800) + ipv4(17, udp(BUSY))], link=113))
write("capture", "raw.pcap", pcap([ipv4(17, udp(BUSY))], link=101))
write("capture", "call.pcapng", pcapng(call))
write("capture", "call-big.pcapng", pcapng(call[:2], order=">"))


def chunk(kind, body, vendor=0):
    return struct.pack(">HHH", vendor, kind, 6 + len(body)) + body


def hep3(payload, compressed=False):
    chunks = chunk(1, b"\x02") + chunk(2, b"\x11") + chunk(3, bytes([192, 0, 2, 10])) + chunk(4, bytes([192, 0, 2, 20]))
    chunks += chunk(7, struct.pack(">H", 5060)) + chunk(8, struct.pack(">H", 5060))
    chunks += chunk(9, struct.pack(">I", 1234548306)) + chunk(10, struct.pack(">I", 5000)) + chunk(11, b"\x01")
    chunks += chunk(12, struct.pack(">I", 228)) + chunk(14, b"secret") + chunk(17, b"3c26700e") + chunk(15, b"x", 7)
    chunks += chunk(16, zlib.compress(payload)) if compressed else chunk(15, payload)
    return b"HEP3" + struct.pack(">H", 6 + len(chunks)) + chunks


addresses = bytes([192, 0, 2, 10, 192, 0, 2, 20])
hep1 = b"\x01\x10\x02\x11" + struct.pack(">HH", 5060, 5060) + addresses + BUSY
hep2 = b"\x02\x10\x02\x11" + struct.pack(">HH", 5060, 5060) + addresses + struct.pack("<IIH2x", 1234548306, 5000, 7) + BUSY
for name, packet in [("v1", hep1), ("v2", hep2), ("v3", hep3(BUSY)), ("v3-compressed", hep3(BUSY, True))]:
    write("hep", name, packet)
write("capture", "stream.hep", hep3(INVITE) + hep3(RINGING, True) + hep3(BYE))
write("capture", "hep-in.pcap", pcap([ethernet(ipv4(17, udp(hep3(BUSY), 9060, 9060)))]))

write("gzip", "one", gzip.compress(INVITE, mtime=0))
write("gzip", "two", gzip.compress(BUSY, mtime=0) + gzip.compress(b"", mtime=0) + gzip.compress(BYE, mtime=0))
write("gzip", "bomb", gzip.compress(b"\0" * 300_000, mtime=0))

write("records", "calls.csv", (
    "start,answer,end,caller,called,ingress,sip_status,q850,released_by,attestation,colour\r\n"
    "2009-02-13T18:05:06Z,2009-02-13T18:05:11Z,2009-02-13T18:05:19.5Z,+212600000000,+33199001234,ma-1,200,16,called,B,red\r\n"
    '1234548306.25,,,,0199001234,"ma ""2""",486,17,caller,,\r\n'
    "2009-02-13T18:05:06+01:00,,1234548310,0033261910042,00339900,fr-1,404,1,network,,blue\r\n"))
write("records", "calls.ndjson", (
    '{"start":"2009-02-13T18:05:06Z","called":"+33199001234","caller":null,"sip_status":200,"answer":1234548306.5}\n'
    '{"start":1234548306,"called":"\\u002b33199001234","q850":"17","extra":[1,{"a":"b"}],"caller":"+33261910042"}\n'))
write("records", "asterisk.csv", (
    '"","+33261910042","+33199001234","from-trunk","""M"" <+33261910042>","SIP/ma-1-1","SIP/fr-1-2","Dial","SIP/x",'
    '"2009-02-13 18:05:06","2009-02-13 18:05:11","2009-02-13 18:05:19",13,8,"ANSWERED","DOCUMENTATION","1234548306.1",""\n'))
write("records", "acc.csv", (
    "id,method,from_tag,to_tag,callid,sip_code,sip_reason,time,src_user,dst_user\n"
    "1,INVITE,as58,99,3c26700e,200,OK,2009-02-13 18:05:06,+33261910042,+33199001234\n"
    "2,BYE,as58,99,3c26700e,200,OK,2009-02-13 18:05:19,+33261910042,+33199001234\n"))
write("records", "freeswitch.json", (
    '{"variables":{"start_epoch":"1234548306","answer_epoch":"0","end_epoch":"1234548319","caller_id_number":"+33261910042",'
    '"destination_number":"+33199001234","hangup_cause":"USER_BUSY","sip_term_status":"486","hangup_cause_q850":"17"},'
    '"callflow":[{"times":{"created_time":"1234548306000000"}}]}\n'))

for index, text in enumerate([
    "2009-02-13T18:05:06Z", "2009-02-13 18:05:06.123456789+01:00", "2009-02-13T18:05:06", "1234548306", "1234548306.25",
    "1234548306250", "Fri, 13 Feb 2009 18:05:06 GMT", "13/02/2009 18:05:06", "20090213180506", "18:05:06.000 CET Fri Feb 13 2009",
    "2009-02-13T18:05:60Z", "02/13/2009 06:05:06 PM"]):
    write("time", f"{index:02}", text)
for index, text in enumerate([
    "+33199001234", "0199001234", "0033199001234", "01 99 00 12 34", "tel:+33-1-99-00-12-34;ext=1", "sip:+33199001234@example.net",
    "112", "3117", "+212600000000", "anonymous", "*21*0199001234#", "+3319900123456789012345"]):
    write("number", f"{index:02}", text)

write("json", "filter", (
    '{"match":{"caller_country":["MA"],"called_prefixes":["+333271"],"first_contact":true,"hours":"22:00-06:00"},'
    '"action":"reject","expires":"24h","limit":{"per":"called","calls":3,"seconds":60},"reason":"détour"}'))
write("json", "values", '[null,true,false,0,-0,1.5e300,-9223372036854775808,9223372036854775808,"\\ud83d\\ude91\\u0000\\n",{"":[[]]}]')
write("directory", "two.csv", (
    "commune_insee;short_number;service;psap_id;long_number_e164;valid_from;valid_to;fallback_1;fallback_2;last_tested;tester;public_ok\n"
    "59606;15;SAMU;CRRA-59;+33199001115;2009-01-01;;+33199001215;;2009-02-01;operator;yes\n"
    "59606;18;SDIS;CTA-59;+33199001118;2009-01-01;2010-01-01;\"+33199001218\";+33199001219;;;no\n"))
write("directory", "commas.csv", (
    "# a comment\nshort_number,commune_insee,psap_id,long_number_e164,valid_from,valid_to,public_ok\n112,2A004,X,+33199001112,2009-01-01,,yes\n"
    "99,00000,,12,yesterday,tomorrow,perhaps\n"))

write("calendar", "two.ics", lines(
    "BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:chg-7@operator.example", "DTSTART;TZID=Europe/Paris:20210602T164500",
    "DURATION:PT2H30M", "SUMMARY:Upgrade of vgw-paris\\, first", "  part", "CATEGORIES:maintenance", "LOCATION:vgw-paris", "END:VEVENT",
    "BEGIN:VEVENT", "UID:8", "DTSTART:20210602T120000Z", "DTEND;VALUE=DATE:20210603", "RRULE:FREQ=DAILY", "END:VEVENT",
    "END:VCALENDAR", ""))
write("calendar", "table.csv", (
    "id;kind;start;end;elements;services;departments;summary\n"
    "chg-7;maintenance;2021-06-02T16:45:00+02:00;2021-06-02T19:15:00+02:00;vgw-paris|vgw-lille;15 18;59 62;upgrade\n"
    "9;incident;yesterday;;;;;\n"))
write("counts", "centre.csv", (
    "start,seconds,source,service,department,centre,node,operator,ingress,attempts,callers,answered,failed,abandoned,cut\n"
    "2021-06-02T14:45:00Z,60,centre,15,59,CRRA-59,,,,12,11,9,,2,1\n"
    "1622645160,900,network,112,2A,,vgw-1,\"O, P\",sbc-1,400,380,300,90,,5\nnever,-1,,99,,,,,,,,,,,\n"))
write("counts", "rows.ndjson", (
    '{"start":"2021-06-02T14:45:00Z","seconds":60,"source":"centre","service":"15","department":"59","attempts":12,"answered":9}\n'
    '{"start":1622645160,"seconds":1e9,"service":null,"attempts":-1}\n'))
