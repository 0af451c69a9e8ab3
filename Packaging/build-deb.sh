#!/usr/bin/env bash
# Builds out/vigie_VERSION_ARCH.deb: one binary with Swift's runtime inside, the service, the configuration, the pages.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=${1:?the release binary}
version=${VERSION:-$(sed -n 's/.*static let text = "\(.*\)"/\1/p' Sources/VigieServer/ProductVersion.swift)}
arch=$(dpkg --print-architecture)
epoch=$(git log -1 --format=%ct 2>/dev/null || date +%s)
export SOURCE_DATE_EPOCH=$epoch  # the same commit gives the same package

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/vigie
chmod 755 "$work"
install -D -m 755 "$binary" "$root/usr/bin/vigie"
strip --strip-debug --remove-section=.comment "$root/usr/bin/vigie"
if readelf -d "$root/usr/bin/vigie" | grep -qE 'libswift|libFoundation|lib_Foundation'; then
    echo "vigie: $binary needs Swift's runtime; build it with --static-swift-stdlib" >&2
    exit 1
fi
install -D -m 644 Packaging/vigie.service "$root/lib/systemd/system/vigie.service"
install -D -m 644 Packaging/vigie.yaml "$root/etc/vigie/vigie.yaml"
install -D -m 644 README.md "$root/usr/share/doc/vigie/README.md"
install -D -m 644 LICENSE "$root/usr/share/doc/vigie/copyright"
(cd Docs && find guides detectors mappings -type f -print0) | while IFS= read -r -d '' page; do
    install -D -m 644 "Docs/$page" "$root/usr/share/doc/vigie/$page"
done
"$root/usr/bin/vigie" serve --print-config > "$root/usr/share/doc/vigie/vigie.yaml.example"
chmod 644 "$root/usr/share/doc/vigie/vigie.yaml.example"

# Which libraries the binary needs, by Debian's own tool.
mkdir -p "$work/debian"
printf 'Source: vigie\n\nPackage: vigie\nArchitecture: any\nDescription: vigie\n' > "$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O --warnings=0 vigie/usr/bin/vigie | sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { echo "vigie: dpkg-shlibdeps found no libraries" >&2; exit 1; }

install -d -m 755 "$root/DEBIAN"
sed -e "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@DEPENDS@/$depends/; s/@SIZE@/$(du -sk --exclude=DEBIAN "$root" | cut -f1)/" \
    Packaging/debian/control.in > "$root/DEBIAN/control"
echo /etc/vigie/vigie.yaml > "$root/DEBIAN/conffiles"
for script in postinst prerm postrm; do install -m 755 "Packaging/debian/$script" "$root/DEBIAN/$script"; done
(cd "$root" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z | xargs -0 md5sum > DEBIAN/md5sums)
find "$root" -print0 | xargs -0 touch --no-dereference --date="@$epoch"
mkdir -p out
dpkg-deb --root-owner-group -Zxz --build "$root" "out/vigie_${version}_${arch}.deb"
