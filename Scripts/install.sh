#!/usr/bin/env bash
# Installs the Debian packages that a step needs and that are missing; prints the one command to type where it may not.
# Services of those packages are not started: tests start what they need themselves.
set -euo pipefail

missing=()
for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
command -v apt-get >/dev/null || { echo "vigie: install ${missing[*]} with your system's package manager, then try again" >&2; exit 1; }
run=()
if [ "$(id -u)" -ne 0 ]; then
    if sudo -n true 2>/dev/null; then run=(sudo -n); else
        echo "vigie: missing Debian packages. Type this, then try again:" >&2
        echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
fi
echo "installing ${missing[*]}"

# Debian starts what it installs, unless this file says 101 (forbidden). One that is there already is left alone.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${run[@]}" tee "$policy" >/dev/null
    "${run[@]}" chmod 755 "$policy"
    trap '"${run[@]}" rm -f "$policy"' EXIT
fi
"${run[@]}" apt-get update -qq || true
if ! DEBIAN_FRONTEND=noninteractive "${run[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/tmp/vigie-install.$$ 2>&1; then
    tail -20 /tmp/vigie-install.$$ >&2
    rm -f /tmp/vigie-install.$$
    echo "vigie: apt-get could not install ${missing[*]}; see above" >&2
    exit 1
fi
rm -f /tmp/vigie-install.$$
