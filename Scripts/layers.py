#!/usr/bin/env python3
"""Refuses a target that depends on one to its right: the order in Package.swift is the order in which data walks."""

import json
import re
import subprocess
import sys
from pathlib import Path

root = Path(__file__).resolve().parent.parent
package = json.loads(subprocess.check_output(["swift", "package", "dump-package"], cwd=root))
order = [target["name"] for target in package["targets"]]
declared = {}
complaints = []
for target in package["targets"]:
    names = set()
    for dependency in target["dependencies"]:
        names.add((dependency.get("byName") or dependency.get("target") or dependency.get("product"))[0])
    declared[target["name"]] = names
    for name in sorted(names & set(order)):
        if order.index(name) >= order.index(target["name"]):
            complaints.append(f"Package.swift: {target['name']} depends on {name}, which stands to its right")
imports = re.compile(r"^\s*(?:@\w+ )?(?:public |package |internal )?import (?:struct |enum |class |func )?(\w+)", re.M)
for target in order:
    for folder in (root / "Sources" / target, root / "Tests" / target):
        for source in sorted(folder.rglob("*.swift")) if folder.exists() else []:
            for name in set(imports.findall(source.read_text())) & set(order):
                if name != target and name not in declared[target]:
                    complaints.append(f"{source.relative_to(root)}: imports {name}, which {target} does not declare")
for complaint in complaints:
    print(complaint, file=sys.stderr)
if complaints:
    sys.exit(1)
print(f"layers: {len(order)} targets, every arrow points to the left")
